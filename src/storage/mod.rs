//! Reads that wait: on network shares and cold disks many requests are under way at a time, apart from the
//! threads that parse. The module imports nothing of the crate.

mod memory;
mod pace;
mod queue;
mod readers;
mod requests;
mod waiting;
mod work_pool;

pub use memory::MemoryShare;
pub use readers::Readers;
pub use requests::{MOST_REQUESTS, Requests};
pub use waiting::{request, request_bytes};
pub use work_pool::WorkPool;
