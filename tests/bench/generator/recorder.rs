//! Writes one record after the other as JSON text and keeps the sums of what it writes. In: calls in document order. Out:
//! the bytes of each record, [`Sums`]. It refuses to know what the records are about.

use super::sums::{Kind, Sums};

/// What stands between the tokens.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) comma: &'static str,
    pub(crate) colon: &'static str,
}

/// As Python's `json.dumps` writes.
pub(crate) const SPACED: Style = Style { comma: ", ", colon: ": " };
/// As most other writers write.
pub(crate) const COMPACT: Style = Style { comma: ",", colon: ":" };

/// How characters outside ASCII are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Only those that JSON wants escaped (`ensure_ascii=False`).
    Needed,
    /// Everything outside ASCII as `\uXXXX` (`ensure_ascii=True`).
    Ascii,
}

/// A record being written.
pub(crate) struct Recorder {
    /// The bytes of the current record.
    pub(crate) text: Vec<u8>,
    pub(crate) sums: Sums,
    style: Style,
    /// The object whose fields are being written.
    object: usize,
    /// The field whose value comes next.
    field: usize,
    /// Whether the next element or key needs a comma before it.
    comma: bool,
    after_key: bool,
}

impl Recorder {
    pub(crate) fn new(style: Style) -> Self {
        let sums = Sums::new();
        Self { text: Vec::new(), sums, style, object: 0, field: 0, comma: false, after_key: false }
    }

    /// One record, an object filled by `fill`.
    pub(crate) fn record(&mut self, fill: impl FnOnce(&mut Self)) {
        self.text.clear();
        self.sums.begin_record();
        (self.object, self.field, self.comma, self.after_key) = (0, 0, false, false);
        self.object(fill);
        self.sums.end_record();
    }

    /// A name; its value must follow.
    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.key_as(name, Escapes::Needed)
    }

    pub(crate) fn key_as(&mut self, name: &str, escapes: Escapes) -> &mut Self {
        self.separate();
        self.quote(name, escapes);
        self.name(name)
    }

    /// A name whose JSON text is given, quotes included.
    pub(crate) fn key_written(&mut self, name: &str, written: &str) -> &mut Self {
        self.separate();
        self.text.extend_from_slice(written.as_bytes());
        self.name(name)
    }

    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        let field = self.field;
        let outer = std::mem::replace(&mut self.object, field);
        self.nest(Kind::Object, *b"{}", fill);
        self.object = outer;
    }

    pub(crate) fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nest(Kind::Array, *b"[]", fill);
    }

    pub(crate) fn null(&mut self) {
        self.sums.value(self.field, Kind::Null);
        self.scalar("null");
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.sums.value(self.field, Kind::Boolean);
        self.scalar(if value { "true" } else { "false" });
    }

    pub(crate) fn integer(&mut self, value: i64) {
        self.sums.integer(self.field, value);
        self.scalar(&value.to_string());
    }

    /// A number with a fraction or an exponent, as text.
    pub(crate) fn float(&mut self, written: &str) {
        let value = written.parse().expect("the sets write floats that are floats");
        self.sums.float(self.field, value);
        self.scalar(written);
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.string_as(text, Escapes::Needed);
    }

    pub(crate) fn string_as(&mut self, text: &str, escapes: Escapes) {
        self.sums.string(self.field, text, false);
        self.separate();
        self.quote(text, escapes);
        self.comma = true;
    }

    /// A string whose JSON text is given, quotes included.
    pub(crate) fn string_written(&mut self, text: &str, written: &str) {
        self.sums.string(self.field, text, false);
        self.scalar(written);
    }

    /// A string that is a date.
    pub(crate) fn date(&mut self, text: &str) {
        self.sums.string(self.field, text, true);
        self.separate();
        self.quote(text, Escapes::Needed);
        self.comma = true;
    }

    fn name(&mut self, name: &str) -> &mut Self {
        self.text.extend_from_slice(self.style.colon.as_bytes());
        self.field = self.sums.child(self.object, name);
        self.after_key = true;
        self
    }

    fn nest(&mut self, kind: Kind, brackets: [u8; 2], fill: impl FnOnce(&mut Self)) {
        let field = self.field;
        self.sums.value(field, kind);
        self.separate();
        self.text.push(brackets[0]);
        self.comma = false;
        fill(self);
        self.text.push(brackets[1]);
        self.comma = true;
        self.field = field;
    }

    fn scalar(&mut self, written: &str) {
        self.separate();
        self.text.extend_from_slice(written.as_bytes());
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma && !self.after_key {
            self.text.extend_from_slice(self.style.comma.as_bytes());
        }
        self.after_key = false;
    }

    fn quote(&mut self, text: &str, escapes: Escapes) {
        self.text.push(b'"');
        for c in text.chars() {
            self.escape(c, escapes);
        }
        self.text.push(b'"');
    }

    fn escape(&mut self, c: char, escapes: Escapes) {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            c if c < ' ' || (!c.is_ascii() && escapes == Escapes::Ascii) => return self.units(c),
            c => return self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        };
        self.text.extend_from_slice(short.as_bytes());
    }

    fn units(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.text.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
    }
}
