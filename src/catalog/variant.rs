//! Which of a parameter's fields at one level and time: the member, and the positions on other dimensions.

use std::collections::BTreeMap;

use crate::field::Member;

/// A choice beside level and time. What it leaves out is the first: the control, the first position of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant {
    pub member: Option<Member>,
    /// Positions on extra dimensions, by their names.
    pub dims: BTreeMap<String, usize>,
}

impl Variant {
    /// The member's position among those of a series, which are in their order; the first for one that is not there.
    #[must_use]
    pub fn member_among(&self, members: &[Option<Member>]) -> usize {
        self.member.as_ref().and_then(|wanted| members.iter().position(|m| m.as_ref() == Some(wanted))).unwrap_or(0)
    }
}
