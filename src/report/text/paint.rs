//! The few colours of the text report, and its left margin. Knows no report.

use anstyle::{AnsiColor, Style};

use crate::model::finding::Level;

/// Width of the left margin where labels stand.
const MARGIN: usize = 10;

/// A label in the left margin, or the empty margin.
pub(in crate::report) fn label(word: &str) -> String {
    let padding = MARGIN.saturating_sub(word.len());
    format!("{}{}", bold(word), " ".repeat(padding))
}

/// Text in the colour of a level.
pub(in crate::report) fn severity(level: Level, text: &str) -> String {
    let colour = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
    };
    styled(Style::new().bold().fg_color(Some(colour.into())), text)
}

/// Text that stands out.
pub(in crate::report) fn bold(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// Frame and arrows.
pub(in crate::report) fn frame(text: &str) -> String {
    styled(Style::new().bold().fg_color(Some(AnsiColor::Blue.into())), text)
}

fn styled(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}
