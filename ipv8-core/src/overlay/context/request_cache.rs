//! The request cache: data that a community stores until an answer arrives.

use std::any::Any;
use std::time::Duration;

use super::callbacks::Passthrough;
use super::context::Context;
use super::request_error::RequestError;
use super::task::Task;
use crate::state::request_cache::RequestCacheError;
use crate::state::tasks::TaskError;

/// # The request cache
///
/// In terms of py-ipv8's `RequestCache`: a cache class is a type of yours plus a prefix. Each
/// overlay has one cache; the node creates it and shuts it down.
///
/// | py-ipv8 | here | differs |
/// |---|---|---|
/// | `add(RandomNumberCache)` | [`add_request`](Self::add_request) | returns the number; an error when none is free |
/// | `add(NumberCache)` | [`add_request_as`](Self::add_request_as) | a number in use is an error, not `None` |
/// | `has`, `get` | [`has_request`](Self::has_request), [`get_request`](Self::get_request), [`get_request_mut`](Self::get_request_mut) | typed |
/// | `pop` | [`pop_request`](Self::pop_request) | `None` instead of an exception |
/// | `on_timeout` | [`Community::on_request_timeout`](crate::Community::on_request_timeout) | one method for all prefixes |
/// | `timeout_delay` | the argument `timeout` | |
/// | `register_future` | keep the sender of a channel in the data | dropping it replaces cancelling |
/// | `wait_for` | [`wait_for_request`](Self::wait_for_request) | calls back; the method of that name on `OverlayHandle` is awaited |
/// | `passthrough` | [`passthrough`](Self::passthrough) | names prefixes instead of classes, and ends with the call |
/// | `clear` | [`clear_requests`](Self::clear_requests) | |
/// | `shutdown` | done when the overlay is unloaded | |
/// | `@retrieve_cache` | [`pop_request`](Self::pop_request) in the handler, or a typed [`request`](Self::request) | |
impl Context<'_> {
    /// Stores `data` under `prefix` and a free number, and returns the number, which goes into the
    /// request. [`Context::pop_request`] takes the data back. If that does not happen within
    /// `timeout`, [`Community::on_request_timeout`](crate::Community::on_request_timeout) gets it
    /// (protocol 11).
    ///
    /// # Errors
    ///
    /// [`RequestCacheError`] when no number is free or the cache is full.
    pub fn add_request<T: Any + Send>(
        &mut self,
        prefix: &'static str,
        timeout: Duration,
        data: T,
    ) -> Result<u16, RequestCacheError> {
        let deadline = self.deadline(self.patience(prefix, timeout));
        let (requests, rng) = (&mut self.state.requests, &mut self.shared.rng);
        let number = requests.add_random(prefix, deadline, Box::new(data), rng)?;
        self.state.wake_at(deadline, &mut self.shared.timers);
        self.wake_waiters(prefix, number);
        Ok(number)
    }

    /// Like [`Context::add_request`], but under a number of your choice.
    ///
    /// # Errors
    ///
    /// [`RequestCacheError::InUse`] when there is data under that prefix and number, or another
    /// [`RequestCacheError`] when the cache is full or shut down.
    pub fn add_request_as<T: Any + Send>(
        &mut self,
        prefix: &'static str,
        number: u16,
        timeout: Duration,
        data: T,
    ) -> Result<(), RequestCacheError> {
        let deadline = self.deadline(self.patience(prefix, timeout));
        let requests = &mut self.state.requests;
        requests.add(prefix, number, deadline, Box::new(data))?;
        self.state.wake_at(deadline, &mut self.shared.timers);
        self.wake_waiters(prefix, number);
        Ok(())
    }

    /// Returns `true` if there is data under `prefix` and `number`.
    #[must_use]
    pub fn has_request(&self, prefix: &'static str, number: u16) -> bool {
        self.state.requests.has(prefix, number)
    }

    /// Returns the data under `prefix` and `number`, if it is a `T`.
    #[must_use]
    pub fn get_request<T: Any>(&self, prefix: &'static str, number: u16) -> Option<&T> {
        self.state.requests.get(prefix, number)?.downcast_ref()
    }

    /// Mutable version of [`Context::get_request`].
    pub fn get_request_mut<T: Any>(&mut self, prefix: &'static str, number: u16) -> Option<&mut T> {
        let requests = &mut self.state.requests;
        requests.get_mut(prefix, number)?.downcast_mut()
    }

    /// Takes the data under `prefix` and `number`; `None` when the answer is late or unknown, or
    /// when the data has another type.
    pub fn pop_request<T: Any>(&mut self, prefix: &'static str, number: u16) -> Option<T> {
        if !self.state.requests.get(prefix, number)?.is::<T>() {
            return None;
        }
        let data = self.state.requests.pop(prefix, number)?;
        data.downcast::<T>().ok().map(|data| *data)
    }

    /// Drops all data added with [`Context::add_request`], without calling
    /// [`Community::on_request_timeout`](crate::Community::on_request_timeout). Typed requests
    /// continue.
    pub fn clear_requests(&mut self) {
        self.state.requests.clear();
    }

    /// Runs `call`. Requests made in it, typed ones too, use `timeout` instead of their own: zero
    /// makes them time out as soon as the current call has ended. If `only` is not empty, just the
    /// requests with these prefixes (for typed requests: message names) are affected.
    ///
    /// Use it in tests to shorten the timeouts of code that is not yours.
    pub fn passthrough<R>(
        &mut self,
        timeout: Duration,
        only: &[&'static str],
        call: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let only = only.to_vec();
        let before = self.passthrough.replace(Passthrough { timeout, only });
        let result = call(self);
        self.passthrough = before;
        result
    }

    /// Returns the timeout of requests with this name.
    pub(super) fn patience(&self, name: &str, timeout: Duration) -> Duration {
        match &self.passthrough {
            Some(over) if over.only.is_empty() || over.only.contains(&name) => over.timeout,
            _ => timeout,
        }
    }

    /// Calls `on_added` as soon as there is data under `prefix` and `number`; if there is some
    /// already, right after the current call. `on_added` gets [`RequestError::Timeout`] when
    /// nothing was added within `timeout`, and is not called when the overlay is unloaded before.
    ///
    /// # Errors
    ///
    /// Like [`Context::register_task`]: it is a task.
    pub fn wait_for_request<C: 'static>(
        &mut self,
        prefix: &'static str,
        number: u16,
        timeout: Duration,
        on_added: impl FnOnce(&mut C, Result<(), RequestError>, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        let exists = self.has_request(prefix, number);
        let name = self.state.tasks.anonymous("wait for request");
        let waiter = (prefix, number, name.clone());
        let itself = waiter.clone();
        let timeout = if exists { Duration::ZERO } else { timeout };
        let task = Task::after(timeout, move |community: &mut C, cx: &mut Context<'_>| {
            // `wake_waiters` has removed this waiter if the request was added.
            let listed = cx.state.waiters.iter().position(|one| *one == itself);
            let answer = match listed {
                Some(index) => {
                    cx.state.waiters.swap_remove(index);
                    Err(RequestError::Timeout)
                }
                None => Ok(()),
            };
            on_added(community, answer, cx);
        });
        self.register_task(name, task)?;
        if !exists {
            self.state.waiters.push(waiter);
        }
        Ok(())
    }

    fn wake_waiters(&mut self, prefix: &'static str, number: u16) {
        let is_it = |waiter: &(&'static str, u16, _)| (waiter.0, waiter.1) == (prefix, number);
        let mut waiters = std::mem::take(&mut self.state.waiters);
        for (_, _, name) in waiters.extract_if(.., |waiter| is_it(waiter)) {
            self.state.tasks.hasten(name.as_str(), self.now);
            self.state.wake_at(self.now, &mut self.shared.timers);
        }
        self.state.waiters = waiters;
    }
}
