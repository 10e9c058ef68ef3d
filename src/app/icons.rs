//! The icons of the window: code points of the bundled icon font, `assets/fonts/icons.tsv`.

pub const PLAY: char = '\u{E3D0}';
pub const PAUSE: char = '\u{E39E}';
pub const FIRST: char = '\u{E5A4}';
pub const LAST: char = '\u{E5A6}';
pub const STEP_BACK: char = '\u{E132}';
pub const STEP_FORWARD: char = '\u{E130}';
pub const LEFT: char = '\u{E138}';
pub const RIGHT: char = '\u{E13A}';
pub const LOOP: char = '\u{E3F6}';
pub const ONCE: char = '\u{E3F8}';
pub const ROCK: char = '\u{E0A0}';
pub const FOLDER: char = '\u{E256}';
pub const HELP: char = '\u{E3E8}';
pub const MENU: char = '\u{E2F0}';
pub const WARNING: char = '\u{E4E0}';
pub const INFO: char = '\u{E2CE}';
pub const CLOSE: char = '\u{E4F6}';
pub const CLOCK: char = '\u{E19A}';
pub const GLOBE: char = '\u{E288}';
pub const BACKWARD: char = '\u{E038}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_bundled_font() {
        let listed: Vec<char> = include_str!("../../assets/fonts/icons.tsv")
            .lines()
            .filter_map(|line| u32::from_str_radix(line.split('\t').nth(1)?.trim(), 16).ok().and_then(char::from_u32))
            .collect();
        let used = [
            PLAY,
            PAUSE,
            FIRST,
            LAST,
            STEP_BACK,
            STEP_FORWARD,
            LEFT,
            RIGHT,
            LOOP,
            ONCE,
            ROCK,
            FOLDER,
            HELP,
            MENU,
            WARNING,
            INFO,
            CLOSE,
            CLOCK,
            GLOBE,
            BACKWARD,
        ];
        for icon in used {
            assert!(listed.contains(&icon), "{icon:?}");
        }
    }
}
