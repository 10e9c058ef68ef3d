//! The player: which step is on screen, and when the next one is due.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What happens at the end of the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Begins again at the other end.
    #[default]
    Loop,
    /// Turns round.
    Rock,
    /// Stops.
    Once,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Loop, Self::Rock, Self::Once];

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Loop => Self::Rock,
            Self::Rock => Self::Once,
            Self::Once => Self::Loop,
        }
    }
}

/// How the loop runs: what is remembered from one session to the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    pub mode: Mode,
    /// Steps per second.
    pub forward: f32,
    pub backward: f32,
    /// Seconds that the first and the last step stand.
    pub first_dwell: f32,
    pub last_dwell: f32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { mode: Mode::Loop, forward: 8.0, backward: 8.0, first_dwell: 0.3, last_dwell: 0.8 }
    }
}

impl Pace {
    pub const SPEEDS: [f32; 10] = [0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 30.0];
    pub const LONGEST_DWELL: f32 = 10.0;

    /// Numbers from a file brought within their bounds.
    #[must_use]
    pub fn sane(self) -> Self {
        let default = Self::default();
        let within = |x: f32, low: f32, high: f32, other: f32| if x.is_finite() { x.clamp(low, high) } else { other };
        Self {
            mode: self.mode,
            forward: within(self.forward, 0.5, 30.0, default.forward),
            backward: within(self.backward, 0.5, 30.0, default.backward),
            first_dwell: within(self.first_dwell, 0.0, Self::LONGEST_DWELL, default.first_dwell),
            last_dwell: within(self.last_dwell, 0.0, Self::LONGEST_DWELL, default.last_dwell),
        }
    }

    /// The next speed of the list above or below.
    #[must_use]
    pub fn stepped(speed: f32, faster: bool) -> f32 {
        let mut speeds = Self::SPEEDS.iter().copied();
        let found = if faster { speeds.find(|s| *s > speed + 0.01) } else { speeds.rev().find(|s| *s < speed - 0.01) };
        found.unwrap_or(speed)
    }
}

/// Whether a step can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Its picture, or the reason why there is none.
    Ready,
    Waiting,
}

#[derive(Clone, Debug, Default)]
pub struct Player {
    pub slot: usize,
    pub playing: bool,
    /// Playing towards earlier times.
    pub reverse: bool,
    pub pace: Pace,
    /// Steps that the loop leaves out.
    pub skipped: BTreeSet<usize>,
    /// Number of steps.
    count: usize,
    /// Seconds, on the clock of [`Player::advance`]: when the step on screen was first shown.
    since: Option<f64>,
}

/// How long the loop waits for a step that is being made before it goes on to one that is ready.
const PATIENCE: f64 = 0.25;

impl Player {
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { pace, ..Self::default() }
    }

    /// A new run: its steps, and the one to begin at.
    pub fn load(&mut self, count: usize, slot: usize) {
        self.count = count;
        self.skipped.clear();
        self.go_to(slot);
    }

    /// The same run with other steps: `place` says where an old one stands now, and the loop goes on.
    pub fn change(&mut self, count: usize, slot: usize, place: impl Fn(usize) -> Option<usize>) {
        let stays = place(self.slot) == Some(slot);
        let since = self.since.filter(|_| stays);
        self.count = count;
        self.skipped = self.skipped.iter().filter_map(|slot| place(*slot)).collect();
        self.go_to(slot);
        self.since = since;
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Shows a step at once; the loop goes on from there.
    pub fn go_to(&mut self, slot: usize) {
        self.slot = slot.min(self.count.saturating_sub(1));
        self.since = None;
    }

    /// One step by hand, which stops the loop. At the ends it goes round.
    pub fn step(&mut self, forward: bool) {
        self.playing = false;
        let next = self.order(forward, true).next();
        self.go_to(next.unwrap_or(self.slot));
    }

    pub fn first(&mut self) {
        self.go_to((0..self.count).find(|slot| !self.skipped.contains(slot)).unwrap_or(0));
    }

    pub fn last(&mut self) {
        self.go_to((0..self.count).rev().find(|slot| !self.skipped.contains(slot)).unwrap_or(0));
    }

    pub fn toggle(&mut self) {
        self.playing = !self.playing && self.count > 1;
        self.since = None;
        // Played once to its end, the loop begins again at the other.
        if self.playing && self.pace.mode == Mode::Once && self.order(!self.reverse, false).next().is_none() {
            if self.reverse { self.last() } else { self.first() }
        }
    }

    /// Leaves a step out of the loop, or takes it in again. The last one cannot be left out.
    pub fn toggle_skip(&mut self, slot: usize) {
        if !self.skipped.remove(&slot) && self.skipped.len() + 1 < self.count {
            self.skipped.insert(slot);
        }
    }

    #[must_use]
    pub fn speed(&self) -> f32 {
        if self.reverse { self.pace.backward } else { self.pace.forward }
    }

    pub fn set_speed(&mut self, speed: f32) {
        if self.reverse {
            self.pace.backward = speed;
        } else {
            self.pace.forward = speed;
        }
    }

    /// The steps that come next while playing, nearest first: what to have ready.
    pub fn upcoming(&self) -> impl Iterator<Item = usize> {
        self.order(!self.reverse, true)
    }

    /// The steps after this one in one direction, without those left out; round the ends with `round`.
    fn order(&self, forward: bool, round: bool) -> impl Iterator<Item = usize> + use<'_> {
        let (count, slot) = (self.count, self.slot);
        let reach = match (round, forward) {
            (true, _) => count.saturating_sub(1),
            (false, true) => count.saturating_sub(slot + 1),
            (false, false) => slot,
        };
        (1..=reach)
            .map(move |n| if forward { (slot + n) % count } else { (slot + count - n) % count })
            .filter(|slot| !self.skipped.contains(slot))
    }

    /// Moves on if the next step is due. `now` in seconds of a clock that never goes back. Gives the seconds until
    /// the player wants to be asked again; `None` while it stands.
    pub fn advance(&mut self, now: f64, readiness: impl Fn(usize) -> Readiness) -> Option<f64> {
        if !self.playing || self.count < 2 {
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let due = since + self.standing();
        if now < due {
            return Some(due - now);
        }
        let Some((next, reverse)) = self.next() else {
            self.playing = false;
            return None;
        };
        if readiness(next) == Readiness::Ready {
            self.arrive(next, reverse, now, due);
            return Some(self.standing());
        }
        if now < due + PATIENCE {
            return Some((due + PATIENCE - now).min(0.05));
        }
        let direction = !reverse;
        let ready =
            self.order(direction, self.pace.mode == Mode::Loop).find(|slot| readiness(*slot) == Readiness::Ready);
        if let Some(ready) = ready {
            self.arrive(ready, reverse, now, due);
        }
        Some(0.05)
    }

    fn arrive(&mut self, slot: usize, reverse: bool, now: f64, due: f64) {
        self.slot = slot;
        self.reverse = reverse;
        // Late by less than a step: the clock of the loop is kept, so that the mean speed is the one asked for.
        let step = f64::from(1.0 / self.speed());
        self.since = Some(if now - due < step { due } else { now });
    }

    /// Seconds that the present step stands.
    fn standing(&self) -> f64 {
        let dwell = if self.order(false, false).next().is_none() {
            self.pace.first_dwell
        } else if self.order(true, false).next().is_none() {
            self.pace.last_dwell
        } else {
            0.0
        };
        f64::from((1.0 / self.speed()).max(dwell))
    }

    /// The next step and the direction in which it is reached.
    fn next(&self) -> Option<(usize, bool)> {
        let ahead = self.order(!self.reverse, false).next();
        match (ahead, self.pace.mode) {
            (Some(slot), _) => Some((slot, self.reverse)),
            (None, Mode::Once) => None,
            (None, Mode::Loop) => self.order(!self.reverse, true).next().map(|slot| (slot, self.reverse)),
            (None, Mode::Rock) => self.order(self.reverse, false).next().map(|slot| (slot, !self.reverse)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(count: usize, mode: Mode) -> Player {
        let mut player = Player {
            pace: Pace { mode, forward: 10.0, backward: 5.0, first_dwell: 0.0, last_dwell: 0.0 },
            ..Player::default()
        };
        player.load(count, 0);
        player.playing = true;
        player
    }

    /// The steps shown in `seconds`, looked at every 5 ms.
    fn shown(player: &mut Player, seconds: f64, ready: impl Fn(usize) -> bool) -> Vec<usize> {
        let readiness = |slot| if ready(slot) { Readiness::Ready } else { Readiness::Waiting };
        let mut shown = vec![player.slot];
        for tick in 0..(seconds * 200.0) as usize {
            player.advance(tick as f64 / 200.0, readiness);
            if shown.last() != Some(&player.slot) {
                shown.push(player.slot);
            }
        }
        shown
    }

    #[test]
    fn a_loop_begins_again_and_a_rocking_one_turns_round() {
        assert_eq!(shown(&mut player(4, Mode::Loop), 0.75, |_| true), [0, 1, 2, 3, 0, 1, 2, 3]);
        assert_eq!(shown(&mut player(4, Mode::Rock), 0.85, |_| true), [0, 1, 2, 3, 2, 1, 0]);
    }

    #[test]
    fn played_once_it_stops_at_the_end_and_begins_anew() {
        let mut player = player(3, Mode::Once);
        assert_eq!(shown(&mut player, 1.0, |_| true), [0, 1, 2]);
        assert!(!player.playing);
        player.toggle();
        assert_eq!((player.slot, player.playing), (0, true));
    }

    #[test]
    fn the_speed_is_kept_in_the_mean() {
        let mut player = player(100, Mode::Loop);
        player.pace.forward = 30.0;
        let steps = shown(&mut player, 2.0, |_| true).len() - 1;
        assert!((59..=61).contains(&steps), "{steps}");
    }

    #[test]
    fn steps_left_out_are_never_shown() {
        let mut player = player(5, Mode::Loop);
        player.toggle_skip(1);
        player.toggle_skip(3);
        assert!(shown(&mut player, 2.0, |_| true).iter().all(|slot| [0, 2, 4].contains(slot)));
        player.step(true);
        assert!([0, 2, 4].contains(&player.slot));
    }

    #[test]
    fn not_every_step_can_be_left_out() {
        let mut player = player(2, Mode::Loop);
        player.toggle_skip(0);
        player.toggle_skip(1);
        assert_eq!(player.skipped.len(), 1);
    }

    #[test]
    fn the_ends_dwell() {
        let mut player = player(3, Mode::Loop);
        player.pace.last_dwell = 1.0;
        assert_eq!(shown(&mut player, 1.1, |_| true), [0, 1, 2]);
    }

    #[test]
    fn a_step_in_the_making_is_waited_for_a_moment_and_then_left_for_one_that_is_ready() {
        assert_eq!(shown(&mut player(6, Mode::Loop), 0.3, |slot| slot != 1), [0]);
        assert_eq!(shown(&mut player(6, Mode::Loop), 0.5, |slot| slot != 1), [0, 2, 3]);
    }

    #[test]
    fn with_nothing_ready_it_stays_where_it_is() {
        assert_eq!(shown(&mut player(6, Mode::Loop), 3.0, |slot| slot == 0), [0]);
    }

    #[test]
    fn a_single_step_and_no_step_at_all_do_not_play() {
        for count in [0, 1] {
            let mut player = player(count, Mode::Loop);
            assert_eq!(shown(&mut player, 1.0, |_| true), [0]);
            player.step(true);
            player.last();
            assert_eq!(player.slot, 0);
        }
    }

    #[test]
    fn speeds_go_by_the_list() {
        assert_eq!(Pace::stepped(8.0, true), 12.0);
        assert_eq!(Pace::stepped(8.0, false), 6.0);
        assert_eq!(Pace::stepped(30.0, true), 30.0);
        assert_eq!(Pace::stepped(7.0, false), 6.0);
    }

    #[test]
    fn nonsense_from_a_settings_file_is_brought_within_bounds() {
        let pace = Pace { forward: f32::NAN, backward: 1e9, first_dwell: -3.0, ..Pace::default() }.sane();
        assert_eq!((pace.forward, pace.backward, pace.first_dwell), (8.0, 30.0, 0.0));
    }
}
