//! The sessions of one launch, whose types only the launchers know.

use std::any::{Any, type_name};

/// A type of session, erased.
pub(super) struct SessionType {
    /// Returns the type's full name; `()` for a launcher that needs no session.
    pub(super) name: fn() -> &'static str,
    /// Returns `true` if one of the sessions is of this type, or if this type is `()`.
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

/// The program's sessions with their types erased: at most one of each type.
pub(crate) struct Session<'a> {
    given: Vec<Given<'a>>,
    /// The types that were given more than once.
    repeated: Vec<&'static str>,
    /// The session of a launcher that needs none.
    none: (),
}

struct Given<'a> {
    type_name: &'static str,
    session: &'a mut (dyn Any + Send),
}

impl<'a> Session<'a> {
    pub(super) fn none() -> Self {
        Self {
            given: Vec::new(),
            repeated: Vec::new(),
            none: (),
        }
    }

    pub(super) fn new<S: Send + 'static>(session: &'a mut S) -> Self {
        let mut sessions = Self::none();
        sessions.add(session);
        sessions
    }

    /// Adds a session. A second one of the same type is not added, and
    /// [`repeated`](Self::repeated) names it.
    pub(super) fn add<S: Send + 'static>(&mut self, session: &'a mut S) {
        let type_name = type_name::<S>();
        let session: &'a mut (dyn Any + Send) = session;
        if session.is::<()>() {
            return;
        }
        match self.given.iter().any(|given| given.session.is::<S>()) {
            true => self.repeated.push(type_name),
            false => self.given.push(Given { type_name, session }),
        }
    }

    /// Returns the full names of the types of sessions, for messages. Empty for no session.
    pub(super) fn type_names(&self) -> Vec<&'static str> {
        self.given.iter().map(|given| given.type_name).collect()
    }

    /// Returns the full names of the types that were given more than once.
    pub(super) fn repeated(&self) -> &[&'static str] {
        &self.repeated
    }

    /// Returns the session that is an `S`. A `()` is always available.
    // Not inlined, so that the compiler generates it once and not for each launcher.
    #[inline(never)]
    pub(super) fn get<S: 'static>(&self) -> Option<&S> {
        let none: &dyn Any = &self.none;
        let mut given = self.given.iter();
        let found = given.find_map(|given| given.session.downcast_ref());
        found.or_else(|| none.downcast_ref())
    }

    /// Mutable version of [`get`](Self::get).
    #[inline(never)]
    pub(super) fn get_mut<S: 'static>(&mut self) -> Option<&mut S> {
        let given = self.given.iter_mut();
        let found = given.into_iter().find(|given| given.session.is::<S>());
        if let Some(given) = found {
            return given.session.downcast_mut();
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
    fn each_session_is_available_as_its_type_and_nothing_as_nothing() {
        let (mut number, mut text) = (5_u8, String::from("five"));
        let mut session = Session::new(&mut number);
        session.add(&mut text);
        assert_eq!(session.type_names(), ["u8", "alloc::string::String"]);
        assert!((SessionType::of::<u8>().fits)(&session));
        assert!((SessionType::of::<String>().fits)(&session));
        assert!((SessionType::of::<()>().fits)(&session));
        assert!(!(SessionType::of::<u16>().fits)(&session));
        assert_eq!(session.get::<u8>(), Some(&5));
        assert_eq!(session.get::<()>(), Some(&()));
        assert_eq!(session.get::<u16>(), None);
        *session.get_mut::<u8>().unwrap() += 1;
        session.get_mut::<String>().unwrap().push('!');
        assert_eq!(session.get_mut::<()>(), Some(&mut ()));
        assert_eq!(session.get_mut::<u16>(), None);
        assert_eq!((number, text.as_str()), (6, "five!"));
    }

    #[test]
    fn a_second_session_of_one_type_is_named_and_left_alone() {
        let (mut first, mut second, mut none) = (1_u8, 2_u8, ());
        let mut session = Session::new(&mut first);
        session.add(&mut second);
        session.add(&mut none);
        assert_eq!(session.repeated(), ["u8"]);
        assert_eq!(session.type_names(), ["u8"]);
        assert_eq!(session.get::<u8>(), Some(&1));
    }
}
