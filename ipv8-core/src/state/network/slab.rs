//! Values that few addresses have, under small numbers.

/// Values under numbers that are fixed until the value is removed. Numbers are reused.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    values: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.values.get_mut(number as usize)?.as_mut()
    }

    /// Adds a value and returns its number; `None` if all numbers below `limit` are in use.
    pub(super) fn insert(&mut self, value: T, limit: u32) -> Option<u32> {
        if let Some(number) = self.free.pop() {
            *self.values.get_mut(number as usize)? = Some(value);
            return Some(number);
        }
        let number = u32::try_from(self.values.len()).ok()?;
        if number >= limit {
            return None;
        }
        if self.values.len() == self.values.capacity() {
            self.values.reserve_exact(self.values.len() / 4 + 4);
        }
        self.values.push(Some(value));
        Some(number)
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let removed = self.values.get_mut(number as usize)?.take()?;
        self.free.push(number);
        if self.free.len() == self.values.len() {
            self.values = Vec::new();
            self.free = Vec::new();
        }
        Some(removed)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fixed_and_reused() {
        let mut slab = Slab::default();
        assert_eq!(slab.insert("a", 2), Some(0));
        assert_eq!(slab.insert("b", 2), Some(1));
        assert_eq!(slab.insert("c", 2), None);
        assert_eq!((slab.remove(0), slab.remove(0)), (Some("a"), None));
        assert_eq!((slab.get(0), slab.get(1)), (None, Some(&"b")));
        assert_eq!(slab.insert("d", 2), Some(0));
        assert_eq!(slab.values_mut().count(), 2);
        assert_eq!((slab.remove(0), slab.remove(1)), (Some("d"), Some("b")));
        assert!(slab.values.capacity() == 0 && slab.get_mut(1).is_none());
    }
}
