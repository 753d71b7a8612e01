//! Builds the text of a panic in a constant, which cannot format values.

/// The longest text, in bytes. Longer ones are cut.
const CAPACITY: usize = 256;

/// A text that constants can build.
pub(crate) struct ConstText {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl ConstText {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            length: 0,
        }
    }

    /// Adds `text`, or nothing if it does not fit.
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.length + text.len() > CAPACITY {
            return self;
        }
        let mut index = 0;
        while index < text.len() {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    /// Adds a number in decimal digits.
    pub(crate) const fn number(self, number: usize) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let before = if number < 10 {
            self
        } else {
            self.number(number / 10)
        };
        before.text(DIGITS[number % 10])
    }

    /// Panics with the text, at the place of the caller.
    #[track_caller]
    pub(crate) const fn panic(self) -> ! {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the text is not UTF-8"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &ConstText) -> &str {
        std::str::from_utf8(&text.bytes[..text.length]).expect("whole texts were added")
    }

    #[test]
    fn texts_and_numbers_follow_each_other() {
        let text = ConstText::new().text("a").number(0).text(", ").number(1024);
        assert_eq!(shown(&text), "a0, 1024");
    }

    #[test]
    fn a_text_that_does_not_fit_is_left_out() {
        let long = "x".repeat(CAPACITY);
        let text = ConstText::new().text("a").text(&long).text("b");
        assert_eq!(shown(&text), "ab");
    }
}
