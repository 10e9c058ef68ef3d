//! Where a choice of step, level and member stands among the dimensions of a stored array.

use crate::source::Choice;

/// The stored dimensions that each part of a [`Choice`] stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The dimension of the rows; `None` where all points stand in one row.
    pub y: Option<usize>,
    pub x: usize,
    /// The dimension of the sides of a cube, and how many there are: each is a plane, and all of them are one row of points.
    pub sides: Option<(usize, usize)>,
    /// The dimensions that the steps are spread over, with their sizes, the last running fastest.
    pub step: Vec<(usize, usize)>,
    pub level: Option<usize>,
    pub member: Option<usize>,
    /// For each of the variable's `dims`. One that also belongs to the steps, levels or members overrules these with
    /// any position but zero.
    pub dims: Vec<usize>,
}

impl Places {
    /// Whether steps, levels or members stand along a dimension.
    #[must_use]
    pub fn counts_others(&self, dim: usize) -> bool {
        self.step.iter().any(|(step, _)| *step == dim) || Some(dim) == self.level || Some(dim) == self.member
    }

    /// The position of a field on each of `rank` dimensions, zero on rows and columns.
    #[must_use]
    pub fn corner(&self, choice: &Choice, rank: usize) -> Vec<usize> {
        let mut corner = vec![0; rank];
        let mut set = |dim: usize, position: usize| {
            if let Some(place) = corner.get_mut(dim) {
                *place = position;
            }
        };
        let mut rest = choice.step;
        for &(dim, size) in self.step.iter().rev() {
            set(dim, rest % size.max(1));
            rest /= size.max(1);
        }
        if let Some(level) = self.level {
            set(level, choice.level);
        }
        if let Some(member) = self.member {
            set(member, choice.member);
        }
        for (&dim, &position) in self.dims.iter().zip(&choice.dims) {
            if position != 0 || !self.counts_others(dim) {
                set(dim, position);
            }
        }
        corner
    }

    /// The number of the step that a choice means, where `dims` may overrule the one that it says.
    #[must_use]
    pub fn step_of(&self, choice: &Choice, rank: usize) -> usize {
        let corner = self.corner(choice, rank);
        let along = |number: usize, &(dim, size): &(usize, usize)| {
            number.saturating_mul(size).saturating_add(corner.get(dim).copied().unwrap_or(0))
        };
        self.step.iter().fold(0, along)
    }
}
