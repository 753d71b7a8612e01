//! A named hot path.

/// One path, set up and ready to run repeatedly.
pub(crate) trait Work {
    /// Prepares a run, without being part of it.
    fn before(&mut self) {}

    /// Runs the path once.
    fn run(&mut self);

    /// Panics unless the `runs` runs did the work that the path's name describes.
    fn check(&self, runs: usize);
}

/// A path by name.
pub(crate) struct Path {
    pub(crate) name: String,
    make: Box<dyn Fn() -> Box<dyn Work>>,
}

impl Path {
    pub(crate) fn new<W: Work + 'static>(
        name: impl Into<String>,
        make: impl Fn() -> W + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            make: Box::new(move || Box::new(make())),
        }
    }

    pub(crate) fn make(&self) -> Box<dyn Work> {
        (self.make)()
    }
}
