//! The session of one launch, whose type only the launchers know.

use std::any::{Any, type_name};

/// A type of session, erased.
pub(super) struct SessionType {
    /// Returns the type's full name; `()` for a launcher that needs no session.
    pub(super) name: fn() -> &'static str,
    /// Returns `true` if the session is of this type, or if this type is `()`.
    pub(super) fits: fn(&Session<'_>) -> bool,
}

impl SessionType {
    pub(super) const fn of<S: 'static>() -> &'static Self {
        const {
            &Self {
                name: type_name::<S>,
                fits: fits::<S>,
            }
        }
    }
}

fn fits<S: 'static>(session: &Session<'_>) -> bool {
    session.get::<S>().is_some()
}

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

    /// Returns the session if it is an `S`. A `()` is always available.
    // Not inlined, so that the compiler generates it once and not for each launcher.
    #[inline(never)]
    pub(super) fn get<S: 'static>(&self) -> Option<&S> {
        let none: &dyn Any = &self.none;
        self.given.downcast_ref().or_else(|| none.downcast_ref())
    }

    /// Mutable version of [`get`](Self::get).
    #[inline(never)]
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
        assert!((SessionType::of::<u8>().fits)(&session));
        assert!((SessionType::of::<()>().fits)(&session));
        assert!(!(SessionType::of::<u16>().fits)(&session));
        assert_eq!(session.get::<u8>(), Some(&5));
        assert_eq!(session.get::<()>(), Some(&()));
        assert_eq!(session.get::<u16>(), None);
        *session.get_mut::<u8>().unwrap() += 1;
        assert_eq!(session.get_mut::<()>(), Some(&mut ()));
        assert_eq!(session.get_mut::<u16>(), None);
        assert_eq!(number, 6);
    }
}
