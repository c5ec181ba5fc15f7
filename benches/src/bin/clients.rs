//! Runs rounds of one client: `clients NAME HOST`, and the file of a certificate behind it where the host speaks TLS.

fn main() -> Result<(), benches::Failure> {
    benches::clients::run(std::env::args().skip(1))
}
