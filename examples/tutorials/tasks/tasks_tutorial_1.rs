//! py-ipv8's tasks tutorial, part 1: what a task is. Can you guess what will be printed?
//!
//! `cargo run --example tasks_tutorial_1`

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static COMPLETED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn completed() -> MutexGuard<'static, Vec<u32>> {
    COMPLETED.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn execute_me_too(i: u32) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    completed().push(i);
}

async fn execute_me() {
    drop(execute_me_too(1)); // 1: never awaited, so it never runs (and the compiler warns, unless it is dropped)
    execute_me_too(2).await; // 2
    completed().push(3); // 3
    tokio::spawn(execute_me_too(4)); // 4: runs concurrently
    completed().push(5); // 5
    tokio::time::sleep(Duration::from_secs(1)).await; // 6: without this, 4 would not complete
}

#[tokio::main]
async fn main() {
    execute_me().await;
    println!("{:?}", completed());
}
