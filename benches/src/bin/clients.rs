//! Runs rounds of one client: `clients NAME HOST`.

fn main() -> Result<(), benches::Failure> {
    benches::clients::run(std::env::args().skip(1))
}
