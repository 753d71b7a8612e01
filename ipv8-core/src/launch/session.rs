//! The session of one launch, whose type only the launchers know.

use std::any::{Any, TypeId, type_name};

/// A session whose type is forgotten.
pub(super) type AnySession = dyn Any + Send;

/// Whether a launcher with sessions of type `S` can be launched under `session`: one that needs none can under any.
pub(super) fn fits<S: Send + 'static>(session: &AnySession) -> bool {
    needs_none::<S>() || session.is::<S>()
}

/// The session with its type again; `None` when it is of another.
pub(super) fn typed<S: Send + 'static>(session: &AnySession) -> Option<&S> {
    let none: &AnySession = &();
    if needs_none::<S>() { none } else { session }.downcast_ref()
}

/// As [`typed`], to be changed.
pub(super) fn typed_mut<S: Send + 'static>(session: &mut AnySession) -> Option<&mut S> {
    // Nothing is allocated, and nothing leaks: it has no size.
    let none: &mut AnySession = Box::leak(Box::new(()));
    if needs_none::<S>() { none } else { session }.downcast_mut()
}

fn needs_none<S: 'static>() -> bool {
    TypeId::of::<S>() == TypeId::of::<()>()
}

/// A session as it was given, with the name of its type for messages.
pub(super) struct Given<'a> {
    pub(super) session: &'a mut AnySession,
    pub(super) name: &'static str,
}

impl<'a> Given<'a> {
    pub(super) fn new<S: Send + 'static>(session: &'a mut S) -> Self {
        Self {
            session,
            name: type_name::<S>(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_type_and_none() {
        let mut number = 5_u8;
        let given = Given::new(&mut number);
        assert_eq!(given.name, "u8");
        assert!(fits::<u8>(given.session) && fits::<()>(given.session));
        assert!(!fits::<u16>(given.session));
        assert_eq!(typed::<u8>(given.session), Some(&5));
        assert_eq!(typed::<()>(given.session), Some(&()));
        assert_eq!(typed::<u16>(given.session), None);
        *typed_mut::<u8>(given.session).unwrap() += 1;
        assert_eq!(typed_mut::<()>(given.session), Some(&mut ()));
        assert_eq!(typed_mut::<u16>(given.session), None);
        assert_eq!(number, 6);
    }
}
