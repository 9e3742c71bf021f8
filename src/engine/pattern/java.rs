//! Java's regular expressions in the notation of the `regex` and `fancy-regex` crates.
//!
//! Goes in: a pattern of Java. Comes out: one of the crates, with everything spelled out that the two understand differently
//! (`.`, `$`, `\d`, `\w`, `\s` are ASCII or line-aware in Java). Refuses: modes other than `i`, `s` and `d`, blocks and
//! Java's own properties, set operations beyond `[a&&[b]]`, whatever depends on surrogates. Source: `java.util.regex.Pattern`.

use super::RegexFailure;

/// A pattern for one of the crates.
pub(super) struct Translated {
    pub(super) pattern: String,
    /// It needs look-around, atomic groups, possessive repetition or back-references.
    pub(super) backtracks: bool,
    pub(super) ascii_only: bool,
}

/// Translates a whole pattern.
pub(super) fn translate(pattern: &str) -> Result<Translated, RegexFailure> {
    let mut translator = Translator { letters: pattern.chars().collect(), ..Translator::default() };
    translator.alternatives(0)?;
    if translator.at < translator.letters.len() {
        return Err(invalid("Unmatched closing ')'"));
    }
    Ok(Translated {
        pattern: translator.out,
        backtracks: translator.backtracks,
        ascii_only: translator.ascii_only,
    })
}

#[derive(Default)]
struct Translator {
    letters: Vec<char>,
    at: usize,
    out: String,
    backtracks: bool,
    ascii_only: bool,
    groups: usize,
    names: Vec<String>,
    modes: Modes,
}

#[derive(Clone, Copy, Default)]
struct Modes {
    /// `.` takes line ends too.
    dot_all: bool,
    /// Only `\n` ends a line.
    unix_lines: bool,
    any_case: bool,
}

const LINE_ENDS: &str = r"\n\r\u{85}\u{2028}\u{2029}";
/// Deeper nesting than this is no pattern that a person wrote.
const DEEPEST: usize = 100;

fn invalid(why: &str) -> RegexFailure {
    RegexFailure::Invalid(why.to_owned())
}

fn unknown(why: &str) -> RegexFailure {
    RegexFailure::Unknown(why.to_owned())
}

impl Translator {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        letter
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits = text
            .chars()
            .enumerate()
            .all(|(nth, letter)| self.letters.get(self.at + nth) == Some(&letter));
        self.at += if fits { text.chars().count() } else { 0 };
        fits
    }

    /// Up to the end or an unmatched `)`.
    fn alternatives(&mut self, depth: usize) -> Result<(), RegexFailure> {
        if depth > DEEPEST {
            return Err(unknown("groups nested too deeply"));
        }
        while let Some(letter) = self.peek() {
            match letter {
                ')' => return Ok(()),
                '|' => {
                    self.at += 1;
                    self.out.push('|');
                }
                '*' | '+' | '?' => {
                    return Err(invalid(&format!("Dangling meta character '{letter}'")));
                }
                '{' => return Err(invalid("Illegal repetition")),
                _ => {
                    if self.atom(depth)? {
                        self.repetition()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// One thing that can be repeated; says so.
    fn atom(&mut self, depth: usize) -> Result<bool, RegexFailure> {
        match self.next() {
            Some('(') => return self.group(depth),
            Some('[') => {
                let class = self.class(depth)?;
                self.out.push_str(&class);
            }
            Some('.') => self.dot(),
            Some('^') => self.out.push_str(r"\A"),
            Some('$') => self.end(),
            Some('\\') => return self.escape(),
            Some(letter) => self.literal(letter),
            None => {}
        }
        Ok(true)
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() {
            self.out.push('\\');
        }
        self.out.push(letter);
    }

    fn dot(&mut self) {
        let dot = match self.modes {
            Modes { dot_all: true, .. } => "(?s:.)".to_owned(),
            Modes { unix_lines: true, .. } => r"[^\n]".to_owned(),
            Modes { .. } => format!("[^{LINE_ENDS}]"),
        };
        self.out.push_str(&dot);
    }

    /// The end, or before a line end that is the last thing; the latter cannot be where nothing more is asked for.
    fn end(&mut self) {
        let nothing_follows = self.letters[self.at..].iter().all(|letter| *letter == ')');
        if nothing_follows {
            self.out.push_str(r"\z");
        } else {
            self.backtracks = true;
            let ends = if self.modes.unix_lines {
                r"\n".to_owned()
            } else {
                format!(r"\r\n|[{LINE_ENDS}]")
            };
            self.out.extend([r"(?=(?:", &ends, r")?\z)"]);
        }
    }

    fn group(&mut self, depth: usize) -> Result<bool, RegexFailure> {
        let before = self.modes;
        if self.eat("?") {
            let look_around = ["=", "!", "<=", "<!", ">"].into_iter().find(|kind| self.eat(kind));
            if let Some(kind) = look_around {
                self.backtracks = true;
                self.out.extend(["(?", kind]);
            } else if self.eat("<") {
                self.name()?;
            } else if !self.modes_of_group()? {
                return Ok(false);
            }
        } else {
            self.groups += 1;
            self.out.push('(');
        }
        self.alternatives(depth + 1)?;
        if self.next() != Some(')') {
            return Err(invalid("Unclosed group"));
        }
        self.out.push(')');
        self.modes = before;
        Ok(true)
    }

    fn name(&mut self) -> Result<(), RegexFailure> {
        let name: String =
            self.letters[self.at..].iter().take_while(|letter| **letter != '>').collect();
        let fits = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric());
        self.at += name.len() + 1;
        if !fits || self.at > self.letters.len() {
            return Err(invalid("named capturing group is missing trailing '>'"));
        }
        if self.names.contains(&name) {
            return Err(invalid(&format!("Named capturing group <{name}> is already defined")));
        }
        self.groups += 1;
        self.out.extend(["(?P<", &name, ">"]);
        self.names.push(name);
        Ok(())
    }

    /// `(?i)` to the end of the group, or `(?i:` for a group of its own; says whether a group was opened.
    fn modes_of_group(&mut self) -> Result<bool, RegexFailure> {
        let mut on = true;
        loop {
            match self.next() {
                Some(':') => {
                    self.out.push_str(if self.modes.any_case { "(?i:" } else { "(?-i:" });
                    return Ok(true);
                }
                Some(')') => {
                    self.out.push_str(if self.modes.any_case { "(?i)" } else { "(?-i)" });
                    if self.peek() == Some('{') {
                        return Err(unknown("a repetition of nothing"));
                    }
                    return Ok(false);
                }
                Some('-') => on = false,
                Some('i') => {
                    self.modes.any_case = on;
                    self.ascii_only |= on;
                }
                Some('s') => self.modes.dot_all = on,
                Some('d') => self.modes.unix_lines = on,
                Some('m' | 'u' | 'x' | 'U') => return Err(unknown("a mode other than i, s and d")),
                _ => return Err(invalid("Unknown inline modifier")),
            }
        }
    }

    fn repetition(&mut self) -> Result<(), RegexFailure> {
        match self.peek() {
            Some(letter @ ('*' | '+' | '?')) => {
                self.at += 1;
                self.out.push(letter);
            }
            Some('{') => self.counted()?,
            _ => return Ok(()),
        }
        if self.eat("?") {
            self.out.push('?');
        } else if self.eat("+") {
            self.backtracks = true;
            self.out.push('+');
        }
        if self.peek() == Some('{') {
            return Err(unknown("one repetition behind another"));
        }
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,5}`; Java knows no `{,5}`.
    fn counted(&mut self) -> Result<(), RegexFailure> {
        let text: String =
            self.letters[self.at + 1..].iter().take_while(|letter| **letter != '}').collect();
        let (low, high) = text.split_once(',').unwrap_or((&text, &text));
        let count = |text: &str| {
            text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let open = high.is_empty() && text.ends_with(',');
        let (low, high) = (count(low), if open { Some(u32::MAX) } else { count(high) });
        match (low, high) {
            (Some(low), Some(high)) if low <= high => {}
            _ => return Err(invalid("Illegal repetition")),
        }
        self.at += text.chars().count() + 2;
        if self.at > self.letters.len() {
            return Err(invalid("Unclosed counted closure"));
        }
        self.out.extend(["{", &text, "}"]);
        Ok(())
    }

    /// What stands behind a backslash outside of a class; says whether it can be repeated.
    fn escape(&mut self) -> Result<bool, RegexFailure> {
        match self.next() {
            Some('Q') => self.quotation(),
            Some('A') => self.out.push_str(r"\A"),
            Some('z') => self.out.push_str(r"\z"),
            Some('Z') => self.end(),
            Some(letter @ ('b' | 'B')) => {
                self.ascii_only = true;
                self.out.extend(['\\', letter]);
            }
            Some('R') => {
                self.backtracks = true;
                self.out.extend([r"(?>\r\n|[\x0B\f", LINE_ENDS, "])"]);
            }
            Some(digit @ '1'..='9') => self.back_reference(digit)?,
            Some('k') => return Err(unknown("references to named groups")),
            Some('G' | 'X') => return Err(unknown(r"\G and \X")),
            _ => {
                self.at -= 1;
                match self.escaped_set()? {
                    Set::Letter(letter) => self.literal(letter),
                    Set::Class(class) => self.out.extend(["[", &class, "]"]),
                }
            }
        }
        Ok(true)
    }

    /// Java takes as many digits as there are groups to name; more than one digit is not known here.
    fn back_reference(&mut self, digit: char) -> Result<(), RegexFailure> {
        let number = usize::try_from(u32::from(digit) - u32::from('0')).unwrap_or(0);
        if number > self.groups || self.peek().is_some_and(|next| next.is_ascii_digit()) {
            return Err(unknown(
                "references to groups that are not there yet, or beyond the ninth",
            ));
        }
        self.backtracks = true;
        self.out.extend(["(?:\\", digit.encode_utf8(&mut [0; 4]), ")"]);
        Ok(())
    }

    /// Up to `\E` everything is a letter. A repetition behind it belongs to the last one.
    fn quotation(&mut self) {
        while self.at < self.letters.len() && !self.eat("\\E") {
            if let Some(letter) = self.next() {
                self.literal(letter);
            }
        }
    }

    /// A letter or a set of letters behind a backslash, wherever it stands.
    fn escaped_set(&mut self) -> Result<Set, RegexFailure> {
        let class = |text: &str| Ok(Set::Class(text.to_owned()));
        let Some(letter) = self.next() else { return Err(invalid("Unexpected internal error")) };
        match letter {
            'd' => class("0-9"),
            'D' => class(r"[^0-9]"),
            'w' => class("a-zA-Z_0-9"),
            'W' => class("[^a-zA-Z_0-9]"),
            's' => class(r" \t\n\x0B\f\r"),
            'S' => class(r"[^ \t\n\x0B\f\r]"),
            'h' => class(r" \t\u{A0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}"),
            'H' => class(r"[^ \t\u{A0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}]"),
            'v' => class(&format!(r"\x0B\f{LINE_ENDS}")),
            'V' => class(&format!(r"[^\x0B\f{LINE_ENDS}]")),
            'p' | 'P' => self.property(letter == 'P'),
            't' => Ok(Set::Letter('\t')),
            'n' => Ok(Set::Letter('\n')),
            'r' => Ok(Set::Letter('\r')),
            'f' => Ok(Set::Letter('\u{c}')),
            'a' => Ok(Set::Letter('\u{7}')),
            'e' => Ok(Set::Letter('\u{1b}')),
            'x' | 'u' => self.code_point(letter),
            '0' | 'c' | 'N' => Err(unknown("letters by octal number, control key or name")),
            letter if letter.is_ascii_alphabetic() => {
                Err(invalid("Illegal/unsupported escape sequence"))
            }
            letter => Ok(Set::Letter(letter)),
        }
    }

    fn code_point(&mut self, kind: char) -> Result<Set, RegexFailure> {
        let braced = kind == 'x' && self.eat("{");
        let most = if braced {
            6
        } else if kind == 'x' {
            2
        } else {
            4
        };
        let digits: String = self.letters[self.at..]
            .iter()
            .take(most)
            .take_while(|letter| letter.is_ascii_hexdigit())
            .collect();
        self.at += digits.len();
        if (!braced && digits.len() < most) || digits.is_empty() || (braced && !self.eat("}")) {
            return Err(invalid("Illegal hexadecimal escape sequence"));
        }
        let code = u32::from_str_radix(&digits, 16).unwrap_or(u32::MAX);
        char::from_u32(code).map(Set::Letter).ok_or_else(|| unknown("surrogates"))
    }

    fn property(&mut self, negated: bool) -> Result<Set, RegexFailure> {
        let name: String = if self.eat("{") {
            let name: String =
                self.letters[self.at..].iter().take_while(|letter| **letter != '}').collect();
            self.at += name.chars().count() + 1;
            name
        } else {
            self.next().map(String::from).unwrap_or_default()
        };
        let ascii = match name.as_str() {
            "Lower" => "a-z",
            "Upper" => "A-Z",
            "ASCII" => r"\x00-\x7F",
            "Alpha" => "a-zA-Z",
            "Digit" => "0-9",
            "Alnum" => "a-zA-Z0-9",
            "Punct" => r"!-/:-@\[-`\{-~",
            "Graph" => "!-~",
            "Print" => " -~",
            "Blank" => r" \t",
            "Cntrl" => r"\x00-\x1F\x7F",
            "XDigit" => "0-9a-fA-F",
            "Space" => r" \t\n\x0B\f\r",
            _ => return general_category(&name, negated),
        };
        Ok(Set::Class(if negated { format!("[^{ascii}]") } else { ascii.to_owned() }))
    }

    /// A class in brackets, the opening one already read.
    fn class(&mut self, depth: usize) -> Result<String, RegexFailure> {
        if depth > DEEPEST {
            return Err(unknown("classes nested too deeply"));
        }
        let negated = self.eat("^");
        let mut items = String::new();
        let mut nested = false;
        let mut first = true;
        loop {
            let Some(letter) = self.next() else { return Err(invalid("Unclosed character class")) };
            match letter {
                ']' if !first => break,
                '[' => {
                    nested = true;
                    items.push_str(&self.class(depth + 1)?);
                }
                '&' if self.peek() == Some('&') => {
                    self.at += 1;
                    if self.next() != Some('[') || items.is_empty() || nested {
                        return Err(unknown("set operations beyond [a&&[b]]"));
                    }
                    nested = true;
                    items = format!("{items}&&{}", self.class(depth + 1)?);
                    if self.peek() != Some(']') {
                        return Err(unknown("set operations beyond [a&&[b]]"));
                    }
                }
                letter => items.push_str(&self.class_item(letter)?),
            }
            first = false;
        }
        if negated && nested {
            return Err(unknown("a negated class with another inside"));
        }
        Ok(format!("[{}{items}]", if negated { "^" } else { "" }))
    }

    /// A letter, a range or a set inside of a class.
    fn class_item(&mut self, letter: char) -> Result<String, RegexFailure> {
        let low = match letter {
            '\\' if self.peek() == Some('Q') => {
                return Err(unknown("quotations inside of a class"));
            }
            '\\' => match self.escaped_set()? {
                Set::Letter(letter) => letter,
                Set::Class(class) => return Ok(class),
            },
            letter => letter,
        };
        let is_range = self.peek() == Some('-')
            && self.letters.get(self.at + 1).is_some_and(|next| !matches!(next, ']' | '['));
        if !is_range {
            return Ok(class_letter(low));
        }
        self.at += 1;
        let high = match self.next() {
            Some('\\') => match self.escaped_set()? {
                Set::Letter(letter) => letter,
                Set::Class(_) => return Err(unknown("a range up to a set")),
            },
            other => other.unwrap_or(low),
        };
        if low > high {
            return Err(invalid("Illegal character range"));
        }
        Ok(format!("{}-{}", class_letter(low), class_letter(high)))
    }
}

/// What stands behind a backslash.
enum Set {
    Letter(char),
    /// The inside of a class, or a class of its own in brackets.
    Class(String),
}

fn class_letter(letter: char) -> String {
    if letter.is_ascii_punctuation() { format!("\\{letter}") } else { letter.to_string() }
}

/// One or two letters, also behind `Is`: what both sides take from the Unicode database.
fn general_category(name: &str, negated: bool) -> Result<Set, RegexFailure> {
    const CATEGORIES: [&str; 38] = [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp",
        "C", "Cc", "Cf", "Cn", "Co", "LC", "Cs",
    ];
    let name = name.strip_prefix("Is").unwrap_or(name);
    if name == "LC" || name == "Cs" || !CATEGORIES.contains(&name) {
        return Err(unknown(&format!("the property {name}")));
    }
    Ok(Set::Class(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })))
}
