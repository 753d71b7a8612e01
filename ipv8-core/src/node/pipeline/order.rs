//! Puts the results of work on several cores back into the order in which it was handed out.

use std::collections::VecDeque;

/// A queue of places, each filled when its result is ready, and emptied from the front.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    /// The number of the place at the front.
    first: u64,
    places: VecDeque<Option<T>>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self {
            first: 0,
            places: VecDeque::new(),
        }
    }
}

impl<T> InOrder<T> {
    /// Appends a place and returns its number.
    pub(super) fn reserve(&mut self) -> u64 {
        self.places.push_back(None);
        self.end() - 1
    }

    /// Fills a reserved place. Does nothing for any other number.
    pub(super) fn fill(&mut self, number: u64, result: T) {
        let index = number.checked_sub(self.first);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(place) = index.and_then(|index| self.places.get_mut(index)) {
            *place = Some(result);
        }
    }

    /// Removes the place at the front and returns its result, if it is filled.
    pub(super) fn pop(&mut self) -> Option<T> {
        let result = self.places.front_mut()?.take()?;
        self.places.pop_front();
        self.first += 1;
        Some(result)
    }

    /// Returns `true` if [`InOrder::pop`] would return a result.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.places.front(), Some(Some(_)))
    }

    /// Returns the number of the next place to reserve.
    pub(super) fn end(&self) -> u64 {
        self.first + self.places.len() as u64
    }

    /// Returns the number of the place at the front, filled or not. All before it were popped.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Returns the number of places, filled or not.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_early_result_waits_for_those_before_it() {
        let mut order = InOrder::default();
        let numbers = [(); 3].map(|()| order.reserve());
        assert_eq!((numbers, order.len(), order.end()), ([0, 1, 2], 3, 3));
        order.fill(2, "c");
        assert!(!order.is_ready() && order.pop().is_none());
        order.fill(0, "a");
        assert_eq!(order.pop(), Some("a"));
        assert_eq!((order.pop(), order.first()), (None, 1));
        order.fill(1, "b");
        assert_eq!(
            (order.pop(), order.pop(), order.pop()),
            (Some("b"), Some("c"), None)
        );
        assert!(order.is_empty());
        // Neither a popped place nor one that was not reserved.
        order.fill(0, "x");
        order.fill(3, "y");
        assert_eq!((order.reserve(), order.pop()), (3, None));
    }
}
