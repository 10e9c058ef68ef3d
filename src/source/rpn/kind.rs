//! What kind of file the meteorological centre's tools wrote: one is read, the others are refused by name.

use std::path::Path;

use crate::source::{Detail, Refusal, SourceError};

/// The files of the RPN family, by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// XDF, random: what is meant by «standard file» today.
    Random98,
    Sequential98,
    Random89,
    Sequential89,
    /// The container of librmn 20.1 and later.
    Rsf,
    Burp,
    Cmcarc,
}

impl Kind {
    /// Looks at the first 128 bytes, in the order in which librmn does; an archive may hold the mark of what is in it.
    pub fn of(head: &[u8]) -> Option<Self> {
        let at = |from: usize, word: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(word));
        if at(17, b"CMCARCH5") || at(9, b"CMCARCHS") {
            return Some(Self::Cmcarc);
        }
        if at(0, &[0x55; 8]) {
            return Some(Self::Random89);
        }
        // The second with the marks that Fortran puts round its records.
        if at(112, &[0xaa; 8]) || at(116, &[0xaa; 8]) {
            return Some(Self::Sequential89);
        }
        if at(16, b"RSF0") {
            return Some(Self::Rsf);
        }
        if at(12, b"BRP0") || at(12, b"bRp0") {
            return Some(Self::Burp);
        }
        if at(12, b"STDS") {
            return Some(Self::Sequential98);
        }
        ((at(8, b"XDF0") || at(8, b"xdf0")) && at(12, b"STDR")).then_some(Self::Random98)
    }

    /// Refuses all but the random file of 1998, with what can be done.
    pub fn readable(self, path: &Path) -> Result<(), SourceError> {
        let words = match self {
            Self::Random98 => return Ok(()),
            Self::Sequential98 => &("rpn.sequential_98", "rpn.to_random_98"),
            Self::Random89 => &("rpn.random_89", "rpn.to_random_98"),
            Self::Sequential89 => &("rpn.sequential_89", "rpn.to_random_98"),
            Self::Rsf => &("rpn.rsf", "rpn.rsf_to_98"),
            Self::Burp => &("rpn.burp", "rpn.no_observations"),
            Self::Cmcarc => &("rpn.cmcarc", "rpn.extract"),
        };
        Err(SourceError::new(path, Refusal::Unsupported, Detail::None).saying(words))
    }
}
