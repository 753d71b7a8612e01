//! The session of one launch, whose type only the launchers know.

use std::any::{Any, type_name};

/// The program's session with its type erased.
pub(crate) struct Session<'a> {
    given: &'a mut (dyn Any + Send),
    type_name: &'static str,
    /// The session of a launcher that needs none.
    none: (),
}

impl<'a> Session<'a> {
    pub(super) fn new<S: Send + 'static>(session: &'a mut S) -> Self {
        Self {
            given: session,
            type_name: type_name::<S>(),
            none: (),
        }
    }

    /// Returns the full name of the session's type, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// Returns `true` if a launcher whose session type is `S` can run under this session.
    pub(super) fn fits<S: 'static>(&self) -> bool {
        self.get::<S>().is_some()
    }

    /// Returns the session if it is an `S`. A `()` is always available.
    pub(super) fn get<S: 'static>(&self) -> Option<&S> {
        let none: &dyn Any = &self.none;
        self.given.downcast_ref().or_else(|| none.downcast_ref())
    }

    /// Mutable version of [`get`](Self::get).
    pub(super) fn get_mut<S: 'static>(&mut self) -> Option<&mut S> {
        if self.given.is::<S>() {
            return self.given.downcast_mut();
        }
        let none: &mut dyn Any = &mut self.none;
        none.downcast_mut()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_available_as_its_type_and_as_nothing() {
        let mut number = 5_u8;
        let mut session = Session::new(&mut number);
        assert_eq!(session.type_name(), "u8");
        assert!(session.fits::<u8>() && session.fits::<()>());
        assert!(!session.fits::<u16>());
        assert_eq!(session.get::<u8>(), Some(&5));
        assert_eq!(session.get::<()>(), Some(&()));
        assert_eq!(session.get::<u16>(), None);
        *session.get_mut::<u8>().unwrap() += 1;
        assert_eq!(session.get_mut::<()>(), Some(&mut ()));
        assert_eq!(session.get_mut::<u16>(), None);
        assert_eq!(number, 6);
    }
}
