//! The request cache as communities use it: what they keep for an answer, in their own words.

use std::any::Any;
use std::time::Duration;

use crate::overlay::context::{Context, RequestError, Task};
use crate::state::request_cache::RequestCacheError;
use crate::state::tasks::TaskError;

/// Timeouts that stand in for those that are asked for: see [`Context::passthrough`].
#[derive(Debug)]
pub(crate) struct Passthrough {
    timeout: Duration,
    only: Vec<&'static str>,
}

/// # The request cache
///
/// For those who know py-ipv8's `RequestCache`: a cache class is a type of yours and a prefix, and the overlay has one
/// cache, made and shut down for it.
///
/// | py-ipv8 | here | differs |
/// |---|---|---|
/// | `add(RandomNumberCache)` | [`add_request`](Self::add_request) | gives the number; an error when there is none |
/// | `add(NumberCache)` | [`add_request_as`](Self::add_request_as) | a number in use is an error, not `None` |
/// | `has`, `get` | [`has_request`](Self::has_request), [`get_request`](Self::get_request), [`get_request_mut`](Self::get_request_mut) | typed |
/// | `pop` | [`pop_request`](Self::pop_request) | `None` instead of an exception |
/// | `on_timeout` | [`Community::on_request_timeout`](crate::Community::on_request_timeout) | one method for all prefixes |
/// | `timeout_delay` | the argument `timeout` | |
/// | `register_future` | keep what is to be told, such as the sender of a channel, in the data | dropping it is what cancelling is there |
/// | `wait_for` | [`wait_for_request`](Self::wait_for_request) | calls back; [`OverlayHandle::wait_for_request`](crate::OverlayHandle::wait_for_request) is awaited |
/// | `passthrough` | [`passthrough`](Self::passthrough) | names prefixes instead of classes, and ends with the call |
/// | `clear` | [`clear_requests`](Self::clear_requests) | |
/// | `shutdown` | done when the overlay is unloaded | |
/// | `@retrieve_cache` | [`pop_request`](Self::pop_request) in the handler, or a typed [`request`](Self::request) | |
impl Context<'_> {
    /// Remembers `data` under `prefix` and a number of its own for an answer that should come
    /// within `timeout`; the number goes into the request. [`Context::pop_request`] takes it back;
    /// otherwise [`crate::Community::on_request_timeout`] gets it (protocol 11).
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
        self.tell_waiters(prefix, number);
        Ok(number)
    }

    /// As [`Context::add_request`], under a number of your choice.
    ///
    /// # Errors
    ///
    /// [`RequestCacheError::InUse`] when something waits under that prefix and number, or the cache is full.
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
        self.tell_waiters(prefix, number);
        Ok(())
    }

    /// Whether anything waits under `prefix` and `number`.
    #[must_use]
    pub fn has_request(&self, prefix: &'static str, number: u16) -> bool {
        self.state.requests.has(prefix, number)
    }

    /// What waits under `prefix` and `number`, if it is a `T`.
    #[must_use]
    pub fn get_request<T: Any>(&self, prefix: &'static str, number: u16) -> Option<&T> {
        self.state.requests.get(prefix, number)?.downcast_ref()
    }

    /// As [`Context::get_request`], to change it.
    pub fn get_request_mut<T: Any>(&mut self, prefix: &'static str, number: u16) -> Option<&mut T> {
        let requests = &mut self.state.requests;
        requests.get_mut(prefix, number)?.downcast_mut()
    }

    /// Takes what was remembered under `prefix` and `number`; `None` when the answer is late or
    /// unknown, or when something of another type is kept there.
    pub fn pop_request<T: Any>(&mut self, prefix: &'static str, number: u16) -> Option<T> {
        if !self.state.requests.get(prefix, number)?.is::<T>() {
            return None;
        }
        let data = self.state.requests.pop(prefix, number)?;
        data.downcast::<T>().ok().map(|data| *data)
    }

    /// Forgets everything that was added with [`Context::add_request`]; nobody is told. Typed requests go on.
    pub fn clear_requests(&mut self) {
        self.state.requests.clear();
    }

    /// Runs `call` with `timeout` in the place of every timeout that requests are made with in it, typed ones too: zero
    /// lets them time out as soon as the current call has ended. With names in `only`, just those of these prefixes
    /// (for typed requests: types) are affected. To shorten, in tests, what code that is not yours waits for.
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

    /// The timeout that counts for requests of this name.
    pub(super) fn patience(&self, name: &str, timeout: Duration) -> Duration {
        match &self.passthrough {
            Some(over) if over.only.is_empty() || over.only.contains(&name) => over.timeout,
            _ => timeout,
        }
    }

    /// Calls `on_added` as soon as something waits under `prefix` and `number`: after the current call if it does
    /// already; with [`RequestError::Timeout`] when nothing has come after `timeout`. When the overlay is unloaded
    /// before, `on_added` is not called.
    ///
    /// # Errors
    ///
    /// As [`Context::register_task`]: it is a task.
    pub fn wait_for_request<C: 'static>(
        &mut self,
        prefix: &'static str,
        number: u16,
        timeout: Duration,
        on_added: impl FnOnce(&mut C, Result<(), RequestError>, &mut Context<'_>) + Send + 'static,
    ) -> Result<(), TaskError> {
        let there = self.has_request(prefix, number);
        let name = self.state.tasks.anonymous("wait for request");
        let waiter = (prefix, number, name.clone());
        let itself = waiter.clone();
        let timeout = if there { Duration::ZERO } else { timeout };
        let task = Task::after(timeout, move |community: &mut C, cx: &mut Context<'_>| {
            // Whoever has added what was waited for has crossed this waiter off the list.
            let listed = cx.state.waiters.iter().position(|one| *one == itself);
            let answer = match listed {
                Some(place) => {
                    cx.state.waiters.swap_remove(place);
                    Err(RequestError::Timeout)
                }
                None => Ok(()),
            };
            on_added(community, answer, cx);
        });
        self.register_task(name, task)?;
        if !there {
            self.state.waiters.push(waiter);
        }
        Ok(())
    }

    fn tell_waiters(&mut self, prefix: &'static str, number: u16) {
        let is_it = |waiter: &(&'static str, u16, _)| (waiter.0, waiter.1) == (prefix, number);
        let mut waiters = std::mem::take(&mut self.state.waiters);
        for (_, _, name) in waiters.extract_if(.., |waiter| is_it(waiter)) {
            self.state.tasks.hasten(name.as_str(), self.now);
            self.state.wake_at(self.now, &mut self.shared.timers);
        }
        self.state.waiters = waiters;
    }
}
