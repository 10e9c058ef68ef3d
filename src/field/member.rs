//! Members of an ensemble.

use std::cmp::Ordering;

use crate::text::{self, Language};

/// One member, by its number or name in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub name: String,
    /// The file says that it is the unperturbed run.
    pub control: bool,
}

/// The name of the mean of all members, which files of messages have among them.
pub const MEAN: &str = "mean";
/// The name of a mean that gives some members more weight.
pub const WEIGHTED_MEAN: &str = "weightedmean";

impl Member {
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), control: false }
    }

    /// «member 7», «control», «ensemble mean»; a name of the file's own as it is.
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        match self.name.as_str() {
            _ if self.control => text::say(language, "qualifier.control").to_owned(),
            MEAN => text::say(language, "qualifier.ensemble_mean").to_owned(),
            WEIGHTED_MEAN => text::say(language, "qualifier.weighted_mean").to_owned(),
            name if self.number().is_some() => {
                text::fill(language, "qualifier.member", &[("name", &name.replace('-', "−"))])
            }
            name => name.to_owned(),
        }
    }

    /// Whether a person means it by this word: its number however written, its name, `control`.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let word = word.trim();
        let number = word.parse::<f64>().ok();
        self.name == word
            || (number.is_some() && self.number() == number)
            || (self.control && word.eq_ignore_ascii_case("control"))
    }

    fn number(&self) -> Option<f64> {
        self.name.trim().parse::<f64>().ok().filter(|number| number.is_finite())
    }
}

/// The control first, then by number, then means and other names: the order of the selector, whose first is shown first.
impl Ord for Member {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |member: &Self| (!member.control, member.number().is_none());
        let numbers = || self.number().unwrap_or(0.0).total_cmp(&other.number().unwrap_or(0.0));
        key(self).cmp(&key(other)).then_with(numbers).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for Member {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_comes_first_then_members_by_number_then_the_mean() {
        let control = Member { name: "0".into(), control: true };
        let mut members: Vec<Member> = ["mean", "10", "7", "-1"].map(Member::named).into();
        members.push(control);
        members.sort();
        let words: Vec<String> = members.iter().map(|member| member.in_words(Language::English)).collect();
        assert_eq!(words, ["control", "member −1", "member 7", "member 10", "ensemble mean"]);
        assert_eq!(members[4].in_words(Language::French), "moyenne d’ensemble");
    }

    #[test]
    fn a_member_is_asked_for_by_its_number_or_name() {
        let seven = Member::named("7");
        assert!(seven.is_called("7") && seven.is_called("07") && !seven.is_called("70"));
        let control = Member { name: "0".into(), control: true };
        assert!(control.is_called("control") && control.is_called("0") && !seven.is_called("control"));
        assert!(Member::named("mean").is_called("mean"));
    }
}
