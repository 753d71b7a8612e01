//! Which processor cores a process may use.

/// Who runs where: the measured process on one core, what asks it on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// For the process that is measured.
    pub(crate) measured: usize,
    /// For this program, which asks.
    pub(crate) load: usize,
}

impl Cores {
    /// The last two of the cores this process may use; `None` when there are fewer, or nothing can be pinned here.
    pub(crate) fn of_this_process() -> Option<Self> {
        match allowed()[..] {
            [.., load, measured] => Some(Self { measured, load }),
            _ => None,
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// The cores that this process may use.
    pub(crate) fn allowed() -> Vec<usize> {
        let Ok(set) = sched_getaffinity(None) else {
            return Vec::new();
        };
        (0..CpuSet::MAX_CPU)
            .filter(|core| set.is_set(*core))
            .collect()
    }

    /// Keeps this thread, and what it starts from now on, to these cores.
    pub(crate) fn keep_to(cores: &[usize]) -> std::io::Result<()> {
        let mut set = CpuSet::new();
        for core in cores {
            set.set(*core);
        }
        Ok(sched_setaffinity(None, &set)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Nothing can be pinned here.
    pub(crate) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    /// Does nothing here.
    pub(crate) fn keep_to(_cores: &[usize]) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) use system::{allowed, keep_to};
