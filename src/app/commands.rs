//! What can be done by a key: one table from which the keyboard, the menu and the overlay of keys all read.

use egui::{Event, Key, Modifiers};

use crate::text::{self, Language};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    PlayPause,
    StepBack,
    StepForward,
    First,
    Last,
    Now,
    NextMode,
    Slower,
    Faster,
    Reverse,
    LevelUp,
    LevelDown,
    LaterRun,
    EarlierRun,
    NewestRun,
    NextModel,
    NextSubject,
    /// By its place in the list, from 0.
    Region(usize),
    ZoomIn,
    ZoomOut,
    ZoomHome,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    DoubleInterval,
    HalveInterval,
    Open,
    Save,
    Copy,
    FullScreen,
    Help,
    Dismiss,
    Quit,
}

/// Under which heading of the overlay a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Player,
    Choice,
    Map,
    Window,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Player, Self::Choice, Self::Map, Self::Window];

    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Player => "app_help.player",
            Self::Choice => "app_help.choice",
            Self::Map => "app_help.map",
            Self::Window => "app_help.window",
        }
    }
}

/// One row of the table.
pub struct Binding {
    pub command: Command,
    pub group: Group,
    /// Key of the words for it.
    pub text: &'static str,
    /// Key of the name of its keys.
    pub keys: &'static str,
    strokes: &'static [Stroke],
}

/// How a command is typed.
enum Stroke {
    /// A key that every keyboard has in the same place, without modifiers.
    Plain(Key),
    /// The same with Shift held.
    Shift(Key),
    /// With Ctrl (⌘ on a Mac).
    Control(Key),
    /// A character, wherever the keyboard has it.
    Typed(&'static str),
    /// The clipboard's own shortcut.
    Copy,
}
use Stroke::{Control, Plain, Shift, Typed};

const fn row(
    command: Command,
    group: Group,
    text: &'static str,
    keys: &'static str,
    strokes: &'static [Stroke],
) -> Binding {
    Binding { command, group, text, keys, strokes }
}

/// Everything that has a key. Regions stand as one row; their digits are read apart.
pub const TABLE: &[Binding] = &[
    row(Command::PlayPause, Group::Player, "app_do.play_pause", "app_key.space", &[Plain(Key::Space)]),
    row(Command::StepBack, Group::Player, "app_do.step_back", "app_key.left", &[Plain(Key::ArrowLeft)]),
    row(Command::StepForward, Group::Player, "app_do.step_forward", "app_key.right", &[Plain(Key::ArrowRight)]),
    row(Command::First, Group::Player, "app_do.first", "app_key.home", &[Plain(Key::Home)]),
    row(Command::Last, Group::Player, "app_do.last", "app_key.end", &[Plain(Key::End)]),
    row(Command::Now, Group::Player, "app_do.now", "app_key.n", &[Plain(Key::N)]),
    row(Command::NextMode, Group::Player, "app_do.next_mode", "app_key.l", &[Plain(Key::L)]),
    row(Command::Reverse, Group::Player, "app_do.reverse", "app_key.r", &[Plain(Key::R)]),
    row(Command::Slower, Group::Player, "app_do.slower", "app_key.comma", &[Typed(",")]),
    row(Command::Faster, Group::Player, "app_do.faster", "app_key.period", &[Typed(".")]),
    row(Command::LevelUp, Group::Choice, "app_do.level_up", "app_key.up", &[Plain(Key::ArrowUp)]),
    row(Command::LevelDown, Group::Choice, "app_do.level_down", "app_key.down", &[Plain(Key::ArrowDown)]),
    row(Command::LaterRun, Group::Choice, "app_do.later_run", "app_key.page_down", &[Plain(Key::PageDown)]),
    row(Command::EarlierRun, Group::Choice, "app_do.earlier_run", "app_key.page_up", &[Plain(Key::PageUp)]),
    row(Command::NewestRun, Group::Choice, "app_do.newest_run", "app_key.z", &[Plain(Key::Z)]),
    row(Command::NextModel, Group::Choice, "app_do.next_model", "app_key.m", &[Plain(Key::M)]),
    row(Command::NextSubject, Group::Choice, "app_do.next_subject", "app_key.p", &[Plain(Key::P)]),
    row(Command::Region(0), Group::Choice, "app_do.region", "app_key.digits", &[]),
    row(Command::ZoomIn, Group::Map, "app_do.zoom_in", "app_key.plus", &[Typed("+"), Typed("=")]),
    row(Command::ZoomOut, Group::Map, "app_do.zoom_out", "app_key.minus", &[Typed("-"), Typed("−")]),
    row(Command::ZoomHome, Group::Map, "app_do.zoom_home", "app_key.zero", &[Typed("0"), Plain(Key::Num0)]),
    row(Command::PanLeft, Group::Map, "app_do.pan_left", "app_key.shift_left", &[Shift(Key::ArrowLeft)]),
    row(Command::PanRight, Group::Map, "app_do.pan_right", "app_key.shift_right", &[Shift(Key::ArrowRight)]),
    row(Command::PanUp, Group::Map, "app_do.pan_up", "app_key.shift_up", &[Shift(Key::ArrowUp)]),
    row(Command::PanDown, Group::Map, "app_do.pan_down", "app_key.shift_down", &[Shift(Key::ArrowDown)]),
    row(Command::DoubleInterval, Group::Map, "app_do.double_interval", "app_key.d", &[Plain(Key::D)]),
    row(Command::HalveInterval, Group::Map, "app_do.halve_interval", "app_key.h", &[Plain(Key::H)]),
    row(Command::Open, Group::Window, "app_do.open", "app_key.o", &[Plain(Key::O), Control(Key::O)]),
    row(Command::Save, Group::Window, "app_do.save", "app_key.s", &[Plain(Key::S), Control(Key::S)]),
    row(Command::Copy, Group::Window, "app_do.copy", "app_key.c", &[Plain(Key::C), Stroke::Copy]),
    row(Command::FullScreen, Group::Window, "app_do.full_screen", "app_key.f11", &[Plain(Key::F11)]),
    row(Command::Help, Group::Window, "app_do.help", "app_key.question", &[Typed("?"), Plain(Key::F1)]),
    row(Command::Dismiss, Group::Window, "app_do.dismiss", "app_key.escape", &[Plain(Key::Escape)]),
    row(Command::Quit, Group::Window, "app_do.quit", "app_key.control_q", &[Control(Key::Q)]),
];

/// The row of a command.
#[must_use]
pub fn binding(command: Command) -> Option<&'static Binding> {
    let same = |row: &&Binding| match (row.command, command) {
        (Command::Region(_), Command::Region(_)) => true,
        (a, b) => a == b,
    };
    TABLE.iter().find(same)
}

/// What a command does, with its key behind it, for tips: «Play or pause (Space)».
#[must_use]
pub fn tip(command: Command, language: Language) -> String {
    binding(command).map_or_else(String::new, |row| {
        format!("{} ({})", text::say(language, row.text), text::say(language, row.keys))
    })
}

/// What a command does.
#[must_use]
pub fn words(command: Command, language: Language) -> &'static str {
    binding(command).map_or("", |row| text::say(language, row.text))
}

/// The name of its key.
#[must_use]
pub fn key_name(command: Command, language: Language) -> &'static str {
    binding(command).map_or("", |row| text::say(language, row.keys))
}

/// The commands typed in these events, each once, in the order of the events.
///
/// `moving` = false leaves out the keys that move the keyboard's focus or press what has it.
#[must_use]
pub fn typed(events: &[Event], moving: bool) -> Vec<Command> {
    let mut commands = Vec::new();
    for event in events {
        let found = TABLE.iter().find(|row| row.strokes.iter().any(|stroke| stroke.is(event, moving)));
        if let Some(command) = found.map(|row| row.command).or_else(|| region_of(event)) {
            // A digit comes both as a key and as a character.
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    commands
}

/// The key in these events that stands for a command.
#[must_use]
pub fn key_of(command: Command, events: &[Event]) -> Option<Key> {
    events.iter().find_map(|event| match event {
        Event::Key { key, .. } if typed(std::slice::from_ref(event), true).contains(&command) => Some(*key),
        _ => None,
    })
}

impl Stroke {
    fn is(&self, event: &Event, moving: bool) -> bool {
        match (self, event) {
            (Plain(wanted), Event::Key { key, pressed: true, modifiers, .. }) => {
                key == wanted && *modifiers == Modifiers::NONE && (moving || !moves_focus(*key))
            }
            (Shift(wanted), Event::Key { key, pressed: true, modifiers, .. }) => {
                key == wanted && modifiers.shift && !modifiers.alt && !modifiers.ctrl && (moving || !moves_focus(*key))
            }
            (Control(wanted), Event::Key { key, pressed: true, modifiers, .. }) => {
                key == wanted && modifiers.command && !modifiers.alt && !modifiers.shift
            }
            (Typed(wanted), Event::Text(text)) => text == wanted,
            (Stroke::Copy, Event::Copy) => true,
            _ => false,
        }
    }
}

fn moves_focus(key: Key) -> bool {
    matches!(key, Key::Space | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown)
}

/// 1 … 9, with Shift or without: AZERTY has its digits above Shift.
fn region_of(event: &Event) -> Option<Command> {
    const DIGITS: [Key; 9] =
        [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
    let place = match event {
        Event::Key { key, pressed: true, modifiers, .. } if !modifiers.ctrl && !modifiers.alt && !modifiers.command => {
            DIGITS.iter().position(|digit| digit == key)
        }
        Event::Text(text) => match text.as_bytes() {
            [digit @ b'1'..=b'9'] => Some(usize::from(digit - b'1')),
            _ => None,
        },
        _ => None,
    };
    place.map(Command::Region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    #[test]
    fn no_two_commands_share_a_key() {
        let mut seen: Vec<String> = Vec::new();
        for stroke in TABLE.iter().flat_map(|row| row.strokes) {
            let name = match stroke {
                Plain(key) => format!("{key:?}"),
                Shift(key) => format!("Shift {key:?}"),
                Control(key) => format!("Ctrl {key:?}"),
                Typed(text) => format!("«{text}»"),
                Stroke::Copy => "copy".to_owned(),
            };
            assert!(!seen.contains(&name), "{name}");
            seen.push(name);
        }
    }

    #[test]
    fn every_command_of_the_table_can_be_typed_without_alt_gr() {
        for row in TABLE.iter().filter(|row| !matches!(row.command, Command::Region(_))) {
            let stroke = row.strokes.first().unwrap_or_else(|| panic!("{:?} has no key", row.command));
            let event = match stroke {
                Plain(k) => key(*k, Modifiers::NONE),
                Shift(k) => key(*k, Modifiers::SHIFT),
                Control(k) => key(*k, Modifiers::COMMAND),
                Typed(typed) => text(typed),
                Stroke::Copy => Event::Copy,
            };
            assert_eq!(typed(&[event], true), [row.command]);
        }
    }

    #[test]
    fn the_keys_of_three_keyboards_do_the_same() {
        let check = |keyboard: &str, events: &[Event], command: Command| {
            assert_eq!(typed(events, true), [command], "{keyboard}");
        };
        let (none, shift) = (Modifiers::NONE, Modifiers::SHIFT);
        // What winit and egui report for the printed character on each keyboard.
        check("US 1", &[key(Key::Num1, none), text("1")], Command::Region(0));
        check("AZERTY & (no Shift)", &[key(Key::Num1, none), text("&")], Command::Region(0));
        check("AZERTY 1 (Shift)", &[key(Key::Num1, shift), text("1")], Command::Region(0));
        check("AZERTY - (key 6)", &[key(Key::Minus, none), text("-")], Command::ZoomOut);
        check("AZERTY 6 (Shift)", &[key(Key::Num6, shift), text("6")], Command::Region(5));
        check("AZERTY à", &[key(Key::Num0, none), text("à")], Command::ZoomHome);
        check("AZERTY . (Shift ;)", &[key(Key::Period, shift), text(".")], Command::Faster);
        check("AZERTY ? (Shift ,)", &[key(Key::Questionmark, shift), text("?")], Command::Help);
        check("CSA ? (Shift 6)", &[key(Key::Questionmark, shift), text("?")], Command::Help);
        check("US ? (Shift /)", &[key(Key::Questionmark, shift), text("?")], Command::Help);
        check("US + (Shift =)", &[key(Key::Plus, shift), text("+")], Command::ZoomIn);
        check("keypad +", &[key(Key::Plus, none), text("+")], Command::ZoomIn);
        check("M of any", &[key(Key::M, none), text("m")], Command::NextModel);
    }

    #[test]
    fn a_key_that_moves_the_focus_is_left_to_it() {
        assert!(typed(&[key(Key::Space, Modifiers::NONE)], false).is_empty());
        assert_eq!(typed(&[key(Key::N, Modifiers::NONE)], false), [Command::Now]);
    }
}
