//! Actions: methods of a community that a configuration calls by name, with typed arguments.

use std::any::Any;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::CommunityError;
use crate::overlay::context::Context;
use crate::support::nearest::hint;

/// A function of a community that a configuration can call: `Fn(&mut C, …, &mut Context<'_>)`
/// with up to four arguments of types that serde can read. It returns `()` or a `Result<(), E>`.
///
/// Implemented for every such function; `A` is the tuple of its argument types.
#[diagnostic::on_unimplemented(
    message = "this is not an action of `{C}`",
    label = "expected `fn(&mut {C}, …, &mut Context<'_>)`",
    note = "an action takes the community, up to four arguments that serde can read, and the context; it returns `()` or `Result<(), E>`"
)]
pub trait Action<C, A>: Send + Sync {
    /// The number of arguments.
    #[doc(hidden)]
    const ARITY: usize;

    /// Checks that the arguments can be read. The error is the position (from 1) of the first that
    /// cannot, and the reason.
    #[doc(hidden)]
    fn check(arguments: &[Value]) -> Result<(), (usize, String)>;

    /// Reads the arguments and calls the function.
    #[doc(hidden)]
    fn run(
        &self,
        arguments: &[Value],
        community: &mut C,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, (usize, String)>;
}

/// A type that an action may return: `()` or `Result<(), E>`.
#[diagnostic::on_unimplemented(
    message = "an action cannot return `{Self}`",
    note = "return `()` or `Result<(), E>`"
)]
pub trait ActionResult {
    /// Converts the value into a result.
    #[doc(hidden)]
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

/// The reason why an action cannot be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The community offers no action of that name.
    #[error("unknown action \"{name}\": {}", hint(*nearest, known))]
    Unknown {
        /// The unknown name.
        name: String,
        /// The most similar known name.
        nearest: Option<&'static str>,
        /// The known actions.
        known: Vec<&'static str>,
    },
    /// Too many arguments, or too few.
    #[error("action \"{name}\" takes {expected} argument(s), but got {given}")]
    Count {
        /// The action.
        name: String,
        /// The number of arguments that it takes.
        expected: usize,
        /// The number of arguments given.
        given: usize,
    },
    /// An argument of the wrong type.
    #[error("argument {position} of action \"{name}\" cannot be read: {reason}")]
    Argument {
        /// The action.
        name: String,
        /// The position of the argument, from 1.
        position: usize,
        /// The error of serde: the value, and what was expected.
        reason: String,
    },
}

/// The result of an action that was called; otherwise the first argument that cannot be read, and
/// the reason.
type Called = Result<Result<(), CommunityError>, (usize, String)>;

/// An action without the types of its arguments and of its community.
pub(super) struct AnyAction {
    arity: usize,
    action: Box<dyn ErasedAction>,
}

trait ErasedAction {
    fn check(&self, arguments: &[Value]) -> Result<(), (usize, String)>;
    fn run(&self, arguments: &[Value], community: &mut dyn Any, cx: &mut Context<'_>) -> Called;
}

struct Typed<F, C, A>(F, PhantomData<fn(&mut C, A)>);

impl<C: 'static, A, F: Action<C, A>> ErasedAction for Typed<F, C, A> {
    fn check(&self, arguments: &[Value]) -> Result<(), (usize, String)> {
        F::check(arguments)
    }

    fn run(&self, arguments: &[Value], community: &mut dyn Any, cx: &mut Context<'_>) -> Called {
        match community.downcast_mut() {
            Some(community) => self.0.run(arguments, community, cx),
            None => Ok(Err("the action is of another community".into())),
        }
    }
}

impl AnyAction {
    pub(super) fn new<C: 'static, A: 'static>(action: impl Action<C, A> + 'static) -> Self {
        Self {
            arity: arity_of(&action),
            action: Box::new(Typed(action, PhantomData)),
        }
    }

    /// Checks that the action takes these arguments. `name` is its name.
    pub(super) fn check(&self, name: &str, arguments: &[Value]) -> Result<(), ActionError> {
        count(name, self.arity, arguments)?;
        let checked = self.action.check(arguments);
        checked.map_err(|(position, reason)| argument(name, position, reason))
    }

    /// Runs the action. `name` is its name.
    pub(super) fn run(
        &self,
        name: &str,
        arguments: &[Value],
        community: &mut dyn Any,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, ActionError> {
        count(name, self.arity, arguments)?;
        let called = self.action.run(arguments, community, cx);
        called.map_err(|(position, reason)| argument(name, position, reason))
    }
}

fn arity_of<C, A, F: Action<C, A>>(_: &F) -> usize {
    F::ARITY
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

fn argument(name: &str, position: usize, reason: String) -> ActionError {
    ActionError::Argument {
        name: name.to_owned(),
        position,
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
