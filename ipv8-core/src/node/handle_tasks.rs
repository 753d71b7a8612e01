//! Tasks of an overlay, steered from outside.

use std::future::Future;
use std::time::Duration;

use crate::node::handle::HandleError;
use crate::node::overlay_handle::OverlayHandle;
use crate::overlay::community::Community;
use crate::overlay::context::{Context, Task};
use crate::state::tasks::{TaskInfo, TaskName};

/// # Tasks
///
/// The same as those of [`Context`]: they belong to the overlay, run on the node's own task and go when the
/// overlay is unloaded. Dropping the handle changes nothing for them.
impl<C: Community> OverlayHandle<C> {
    /// Registers `task` under `name`: see [`Context::register_task`].
    ///
    /// # Errors
    ///
    /// [`HandleError::Task`], or as [`OverlayHandle::call`].
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

    /// Registers `task` under a name made of `base` and a number, and gives the name.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::register_task`].
    pub async fn register_anonymous_task(
        &self,
        base: impl Into<String>,
        task: Task<C>,
    ) -> Result<TaskName, HandleError> {
        let base = base.into();
        let registered = self.call(move |_, cx| cx.register_anonymous_task(&base, task));
        Ok(registered.await??)
    }

    /// Cancels the task of this name, if there is one, and registers `task` under it.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::register_task`].
    pub async fn replace_task(
        &self,
        name: impl Into<TaskName>,
        task: Task<C>,
    ) -> Result<(), HandleError> {
        let name = name.into();
        Ok(self
            .call(move |_, cx| cx.replace_task(name, task))
            .await??)
    }

    /// Runs `task` every `interval`: see [`Context::every`].
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::register_task`].
    pub async fn every(
        &self,
        name: impl Into<TaskName>,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), HandleError> {
        self.register_task(name, Task::every(interval, task)).await
    }

    /// Runs `task` every `interval`, the first time after `delay`.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::register_task`].
    pub async fn every_after(
        &self,
        name: impl Into<TaskName>,
        delay: Duration,
        interval: Duration,
        task: impl FnMut(&mut C, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), HandleError> {
        let task = Task::every(interval, task).delay(delay);
        self.register_task(name, task).await
    }

    /// Runs `task` once, after `delay`: see [`Context::after`].
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::register_task`].
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
    /// As [`OverlayHandle::register_task`].
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

    /// Cancels the task of this name; returns whether there was one.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::call`].
    pub async fn cancel_task(&self, name: impl Into<TaskName>) -> Result<bool, HandleError> {
        let name = name.into();
        self.call(move |_, cx| cx.cancel_task(name.as_str())).await
    }

    /// Cancels every task of the overlay.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::call`].
    pub async fn cancel_all_tasks(&self) -> Result<(), HandleError> {
        self.call(|_, cx| cx.cancel_all_tasks()).await
    }

    /// Whether a task of this name is active.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::call`].
    pub async fn is_task_active(&self, name: impl Into<TaskName>) -> Result<bool, HandleError> {
        let name = name.into();
        self.call(move |_, cx| cx.is_task_active(name.as_str()))
            .await
    }

    /// The active tasks, in the order in which they were registered.
    ///
    /// # Errors
    ///
    /// As [`OverlayHandle::call`].
    pub async fn tasks(&self) -> Result<Vec<TaskInfo>, HandleError> {
        self.call(|_, cx| cx.tasks()).await
    }
}
