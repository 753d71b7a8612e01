//! Pins processes to processor cores (Linux only).

/// The core of the measured process and the core of the requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// The core of the measured process.
    pub(crate) measured: usize,
    /// The core of this program, the requester.
    pub(crate) load: usize,
}

impl Cores {
    /// Returns the last two cores that this process may use; `None` if there are fewer or if this
    /// system cannot pin.
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

    /// Returns the cores that this process may use.
    pub(crate) fn allowed() -> Vec<usize> {
        let Ok(set) = sched_getaffinity(None) else {
            return Vec::new();
        };
        (0..CpuSet::MAX_CPU)
            .filter(|core| set.is_set(*core))
            .collect()
    }

    /// Pins this thread, and the threads and processes it starts from now on, to these cores.
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
    /// Returns no cores: this system cannot pin.
    pub(crate) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    /// Does nothing: this system cannot pin.
    pub(crate) fn keep_to(_cores: &[usize]) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) use system::{allowed, keep_to};
