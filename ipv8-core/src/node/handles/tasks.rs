//! Tasks of an overlay, controlled through its handle.

use std::future::Future;
use std::time::Duration;

use super::error::HandleError;
use super::overlay::OverlayHandle;
use crate::overlay::community::Community;
use crate::overlay::context::{Context, Task};
use crate::state::tasks::{TaskInfo, TaskName};

/// # Tasks
///
/// The same as those of [`Context`]: they belong to the overlay, run on the node's own task and end
/// when the overlay is unloaded. Dropping the handle does not end them. For the rest of the
/// [`Context`]'s methods use [`OverlayHandle::call`].
impl<C: Community> OverlayHandle<C> {
    /// Registers `task` under `name`: see [`Context::register_task`].
    ///
    /// # Errors
    ///
    /// [`HandleError::Task`], and those of [`OverlayHandle::call`].
    pub async fn register_task(
        &self,
        name: impl Into<TaskName>,
        task: Task<C>,
    ) -> Result<(), HandleError> {
        let name = name.into();
        Ok(self
            .call(move |_, cx| cx.register_task(name, task))
            .await??)
    }

    /// Runs `task` every `interval`: see [`Context::every`].
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::register_task`].
    pub async fn every(
        &self,
        name: impl Into<TaskName>,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), HandleError> {
        self.register_task(name, Task::every(interval, task)).await
    }

    /// Runs `task` once, after `delay`: see [`Context::after`].
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::register_task`].
    pub async fn after(
        &self,
        name: impl Into<TaskName>,
        delay: Duration,
        task: impl FnOnce(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), HandleError> {
        self.register_task(name, Task::after(delay, task)).await
    }

    /// Runs `future` as a tokio task of the overlay and calls `on_done` with its output: see
    /// [`Context::spawn`].
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::register_task`].
    pub async fn spawn<F>(
        &self,
        name: impl Into<TaskName>,
        future: F,
        on_done: impl FnOnce(&mut C, F::Output, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), HandleError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.register_task(name, Task::future(future, on_done))
            .await
    }

    /// Cancels the task with this name. Returns `true` if there was one.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::call`].
    pub async fn cancel_task(&self, name: impl Into<TaskName>) -> Result<bool, HandleError> {
        let name = name.into();
        self.call(move |_, cx| cx.cancel_task(name.as_str())).await
    }

    /// Returns the active tasks in the order of their registration.
    ///
    /// # Errors
    ///
    /// Those of [`OverlayHandle::call`].
    pub async fn tasks(&self) -> Result<Vec<TaskInfo>, HandleError> {
        self.call(|_, cx| cx.tasks()).await
    }
}
