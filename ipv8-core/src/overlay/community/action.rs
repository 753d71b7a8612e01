//! Actions: methods of a community that a configuration calls by name, with arguments that are read and checked.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Community, CommunityError};
use crate::overlay::context::Context;

/// A function of a community that can be called with arguments from a configuration: `Fn(&mut C, …, &mut Context<'_>)` with up to four
/// arguments between the two, each of a type that serde can read. It returns `()` or a `Result<(), E>`.
///
/// Implemented for every such function; `A` stands for the types of its arguments.
#[diagnostic::on_unimplemented(
    message = "this is no action of `{C}`",
    label = "expected `fn(&mut {C}, …, &mut Context<'_>)`",
    note = "an action takes the community, up to four arguments that serde can read, and the context; it returns `()` or `Result<(), E>`"
)]
pub trait Action<C: Community, A>: Send + Sync {
    /// How many arguments it takes.
    const ARITY: usize;

    /// Whether the arguments, as many as it takes, can be read; the place (from 1) of the first that cannot, and why.
    #[doc(hidden)]
    fn check(arguments: &[Value]) -> Result<(), (usize, String)>;

    /// Reads the arguments and calls.
    #[doc(hidden)]
    fn run(
        &self,
        arguments: &[Value],
        community: &mut C,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, (usize, String)>;
}

/// What an action may return.
#[diagnostic::on_unimplemented(
    message = "an action cannot return `{Self}`",
    note = "return `()` or `Result<(), E>`"
)]
pub trait ActionResult {
    /// The result, with any error.
    fn result(self) -> Result<(), CommunityError>;
}

impl ActionResult for () {
    fn result(self) -> Result<(), CommunityError> {
        Ok(())
    }
}

impl<E: Into<CommunityError>> ActionResult for Result<(), E> {
    fn result(self) -> Result<(), CommunityError> {
        self.map_err(Into::into)
    }
}

/// Why an action cannot be called. Its text names the action and what would do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The community offers no action of that name.
    #[error("unknown action \"{name}\": {}", mend(*nearest, known))]
    Unknown {
        /// The name given.
        name: String,
        /// The most similar name there is.
        nearest: Option<&'static str>,
        /// The actions there are.
        known: Vec<&'static str>,
    },
    /// Too many arguments, or too few.
    #[error("action \"{name}\" wants {expected} argument(s), and gets {given}")]
    Count {
        /// The action.
        name: String,
        /// How many it takes.
        expected: usize,
        /// How many there are.
        given: usize,
    },
    /// An argument of another type.
    #[error("argument {place} of action \"{name}\" cannot be read: {reason}")]
    Argument {
        /// The action.
        name: String,
        /// Which one, from 1.
        place: usize,
        /// What serde says: what is there, and what was expected.
        reason: String,
    },
}

fn mend(nearest: Option<&str>, known: &[&str]) -> String {
    match (nearest, known) {
        (Some(nearest), _) => format!("did you mean \"{nearest}\"?"),
        (None, []) => "the community offers no actions".to_owned(),
        (None, known) => format!("there are {}", known.join(", ")),
    }
}

/// An action whose types are forgotten.
pub(super) type BoxedAction<C> = Box<dyn ErasedAction<C>>;

pub(super) trait ErasedAction<C: Community> {
    fn check(&self, name: &str, arguments: &[Value]) -> Result<(), ActionError>;
    fn run(
        &self,
        name: &str,
        arguments: &[Value],
        community: &mut C,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, ActionError>;
}

struct Typed<F, A>(F, PhantomData<fn(A)>);

pub(super) fn boxed<C: Community, A: 'static>(
    action: impl Action<C, A> + 'static,
) -> BoxedAction<C> {
    Box::new(Typed(action, PhantomData))
}

impl<C: Community, A, F: Action<C, A>> ErasedAction<C> for Typed<F, A> {
    fn check(&self, name: &str, arguments: &[Value]) -> Result<(), ActionError> {
        count(name, F::ARITY, arguments)?;
        F::check(arguments).map_err(|(place, reason)| argument(name, place, reason))
    }

    fn run(
        &self,
        name: &str,
        arguments: &[Value],
        community: &mut C,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, ActionError> {
        count(name, F::ARITY, arguments)?;
        let called = self.0.run(arguments, community, cx);
        called.map_err(|(place, reason)| argument(name, place, reason))
    }
}

fn count(name: &str, expected: usize, arguments: &[Value]) -> Result<(), ActionError> {
    let given = arguments.len();
    if given == expected {
        return Ok(());
    }
    Err(ActionError::Count {
        name: name.to_owned(),
        expected,
        given,
    })
}

fn argument(name: &str, place: usize, reason: String) -> ActionError {
    ActionError::Argument {
        name: name.to_owned(),
        place,
        reason,
    }
}

fn read<T: DeserializeOwned>(arguments: &[Value], index: usize) -> Result<T, (usize, String)> {
    let value = arguments.get(index).unwrap_or(&Value::Null);
    T::deserialize(value).map_err(|error| (index + 1, error.to_string()))
}

macro_rules! actions {
    ($($arity:literal: $($argument:ident $index:literal),*;)*) => {$(
        impl<C, F, R, $($argument),*> Action<C, ($($argument,)*)> for F
        where
            C: Community,
            F: Fn(&mut C, $($argument,)* &mut Context<'_>) -> R + Send + Sync,
            R: ActionResult,
            $($argument: DeserializeOwned,)*
        {
            const ARITY: usize = $arity;

            fn check(arguments: &[Value]) -> Result<(), (usize, String)> {
                let _ = arguments;
                $(read::<$argument>(arguments, $index)?;)*
                Ok(())
            }

            fn run(
                &self,
                arguments: &[Value],
                community: &mut C,
                cx: &mut Context<'_>,
            ) -> Result<Result<(), CommunityError>, (usize, String)> {
                let _ = arguments;
                Ok(self(community, $(read::<$argument>(arguments, $index)?,)* cx).result())
            }
        }
    )*};
}

actions! {
    0: ;
    1: A0 0;
    2: A0 0, A1 1;
    3: A0 0, A1 1, A2 2;
    4: A0 0, A1 1, A2 2, A3 3;
}
