//! The wire format of server-sent events, as the HTML standard defines how a stream is interpreted.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// An event as it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wire {
    /// The last id that was given, in this event or one before it.
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) retry: Option<Duration>,
    pub(super) data: String,
}

/// Reads events out of pieces that may end anywhere.
#[derive(Debug)]
pub(super) struct Decoder {
    unread: BytesMut,
    /// Up to where there is no end of a line in what is unread.
    searched: usize,
    /// What was read of the event that is not over yet.
    open: Wire,
    has_data: bool,
    last_id: Option<String>,
    begun: bool,
    /// Whether nothing follows any more.
    pub(super) is_over: bool,
    limit: usize,
}

/// Says that an event is longer than it may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Decoder {
    /// Reads events of so many bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        let (unread, open) = (BytesMut::new(), Wire::default());
        Self { unread, searched: 0, open, has_data: false, last_id: None, begun: false, is_over: false, limit }
    }

    pub(super) fn push(&mut self, piece: &Bytes) {
        self.unread.extend_from_slice(piece);
    }

    /// Returns the next event that is there as a whole.
    pub(super) fn next(&mut self) -> Result<Option<Wire>, TooLong> {
        while let Some(line) = self.line() {
            if line.is_empty() {
                let open = std::mem::take(&mut self.open);
                // Without data it is no event; a name or a comment alone keeps the connection alive.
                if std::mem::take(&mut self.has_data) {
                    return Ok(Some(Wire { id: self.last_id.clone(), ..open }));
                }
                continue;
            }
            self.field(&line);
            if self.open.data.len() > self.limit {
                return Err(TooLong);
            }
        }
        if self.unread.len() > self.limit { Err(TooLong) } else { Ok(None) }
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.open.data.push('\n');
                }
                self.open.data.push_str(value);
            }
            "event" => self.open.name = Some(value.to_owned()).filter(|name| !name.is_empty()),
            "id" if !value.contains('\0') => self.last_id = Some(value.to_owned()).filter(|id| !id.is_empty()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.open.retry = value.parse().ok().map(Duration::from_millis);
            }
            // A comment has no name; what has another one is to be passed over.
            _ => {}
        }
    }

    /// Takes the next line, which ends by CR, LF or both.
    fn line(&mut self) -> Option<String> {
        let rest = &self.unread[self.searched..];
        let Some(at) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
            self.searched = self.unread.len();
            return None;
        };
        let end = self.searched + at;
        // Whether a LF belongs to a CR is known once the byte behind it is there, or none can come.
        let behind = match (self.unread[end], self.unread.get(end + 1)) {
            (b'\r', None) if !self.is_over => {
                self.searched = end;
                return None;
            }
            (b'\r', Some(b'\n')) => 2,
            _ => 1,
        };
        let line = self.unread.split_to(end);
        drop(self.unread.split_to(behind));
        self.searched = 0;
        let line = if std::mem::replace(&mut self.begun, true) {
            &line[..]
        } else {
            line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line)
        };
        Some(String::from_utf8_lossy(line).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Wire> {
        let mut decoder = Decoder::new(1000);
        let mut events = Vec::new();
        for piece in pieces {
            decoder.push(&Bytes::copy_from_slice(piece));
            while let Ok(Some(event)) = decoder.next() {
                events.push(event);
            }
        }
        events
    }

    fn event(id: Option<&str>, name: Option<&str>, data: &str) -> Wire {
        Wire { id: id.map(str::to_owned), name: name.map(str::to_owned), retry: None, data: data.to_owned() }
    }

    #[test]
    fn a_line_that_the_stream_ends_with_needs_no_byte_behind_it() {
        let mut decoder = Decoder::new(1000);
        decoder.push(&Bytes::from_static(b"data: last\r\r"));
        assert_eq!(decoder.next(), Ok(None));
        decoder.is_over = true;
        assert_eq!(decoder.next(), Ok(Some(event(None, None, "last"))));
        assert_eq!(decoder.next(), Ok(None));
    }

    const STREAM: &str = "\u{feff}: hello\n\nid: 7\r\nevent:add\r\ndata: {\"a\":\r\ndata:  1}\r\n\r\ndata\rdata\r\r\
                          retry: 250\ndata:é中\nunknown: x\n\nid\ndata:last\n\nevent: alone\n\ndata: cut";

    #[test]
    fn fields_are_read_as_the_standard_says() {
        let expected = [
            event(Some("7"), Some("add"), "{\"a\":\n 1}"),
            event(Some("7"), None, "\n"),
            Wire { retry: Some(Duration::from_millis(250)), ..event(Some("7"), None, "é中") },
            event(None, None, "last"),
        ];
        assert_eq!(read(&[STREAM.as_bytes()]), expected);
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let whole = read(&[STREAM.as_bytes()]);
        for size in 1..9 {
            assert_eq!(read(&STREAM.as_bytes().chunks(size).collect::<Vec<_>>()), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_end_is_too_long_at_the_limit() {
        let mut decoder = Decoder::new(10);
        decoder.push(&Bytes::from_static(b"data: 1234"));
        assert_eq!(decoder.next(), Ok(None));
        decoder.push(&Bytes::from_static(b"5"));
        assert_eq!(decoder.next(), Err(TooLong));
        let mut decoder = Decoder::new(10);
        decoder.push(&Bytes::from_static(b"data:12345\ndata:6789\ndata:012345\n"));
        assert_eq!(decoder.next(), Err(TooLong));
    }
}
