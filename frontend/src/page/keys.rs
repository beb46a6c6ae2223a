use super::command::{COMMANDS, Command};
use crate::hooks::Key;

/// Rows that Page Up and Page Down move by.
const PAGE: i32 = 20;

/// The command of a key, if it has one here.
pub fn command(key: &Key) -> Option<Command> {
    named(&key.name, key.in_field, key.on_control, key.with_command)
}

fn named(name: &str, in_field: bool, on_control: bool, with_command: bool) -> Option<Command> {
    match name {
        "Escape" => return Some(Command::Escape),
        "Enter" if with_command => return Some(Command::Run),
        "k" if with_command => return Some(Command::Palette),
        _ => {}
    }
    if in_field || with_command {
        return None;
    }
    if let Some(listed) = COMMANDS.iter().find(|listed| listed.key == Some(name)) {
        return Some(listed.command);
    }
    Some(match name {
        "j" => Command::Move(1),
        "k" => Command::Move(-1),
        "g" => Command::First,
        "G" => Command::Last,
        // These have a meaning of their own on buttons, histogram and chart.
        _ if on_control => return None,
        "ArrowDown" => Command::Move(1),
        "ArrowUp" => Command::Move(-1),
        "PageDown" => Command::Move(PAGE),
        "PageUp" => Command::Move(-PAGE),
        "Home" => Command::First,
        "End" => Command::Last,
        "Enter" => Command::Open,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_what_its_place_lets_it() {
        for (name, in_field, on_control, with_command, expected) in [
            ("j", false, false, false, Some(Command::Move(1))),
            ("j", true, false, false, None),
            ("j", false, true, false, Some(Command::Move(1))),
            ("l", false, false, true, None),
            ("k", true, false, true, Some(Command::Palette)),
            ("k", false, false, false, Some(Command::Move(-1))),
            ("Enter", false, false, false, Some(Command::Open)),
            ("Enter", false, true, false, None),
            ("Enter", true, false, true, Some(Command::Run)),
            ("ArrowLeft", false, false, false, None),
            ("ArrowDown", false, true, false, None),
            ("Escape", true, false, false, Some(Command::Escape)),
            ("c", false, true, false, Some(Command::Context)),
            ("?", false, false, false, Some(Command::Help)),
            ("?", true, false, false, None),
            ("", false, false, false, None),
            ("x", false, false, false, None),
        ] {
            assert_eq!(named(name, in_field, on_control, with_command), expected, "{name}");
        }
    }
}
