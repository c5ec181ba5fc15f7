//! Runs rounds of one client, as `clients` does, and counts its allocations. Counting costs time, so that no time is told by it.

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> Result<(), benches::Failure> {
    benches::clients::run(std::env::args().skip(1))
}
