//! py-ipv8's tasks tutorial, part 2: waiting for a task.
//!
//! `cargo run --example tasks_tutorial_2`

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinError;

static COMPLETED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn completed() -> MutexGuard<'static, Vec<u32>> {
    COMPLETED.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn execute_me_too(i: u32) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    completed().push(i);
}

async fn execute_me() -> Result<(), JoinError> {
    execute_me_too(2).await;
    completed().push(3);
    let task = tokio::spawn(execute_me_too(4)); // keep the handle
    completed().push(5);
    task.await // and wait for it before the end
}

#[tokio::main]
async fn main() -> Result<(), JoinError> {
    execute_me().await?;
    println!("{:?}", completed());
    Ok(())
}
