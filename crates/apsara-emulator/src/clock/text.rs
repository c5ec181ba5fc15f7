//! Times as texts.

use jiff::Timestamp;

/// What people write for no end: the last time that there is counts as this one, which is a day later.
const NO_END: &str = "9999-12-31T23:59:59Z";

/// Reads `yyyy-MM-ddTHH:mm:ssZ` and nothing else: no fraction, no offset, no other case. What lies in the last day of the year 9999, which
/// stands for no end, is the last time that there is.
pub(crate) fn parse_utc(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let shaped = text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(
            |(byte, shape)| {
                if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape }
            },
        );
    let civil: jiff::civil::DateTime = text.strip_suffix('Z').filter(|_| shaped)?.parse().ok()?;
    let in_range = jiff::tz::Offset::UTC.to_timestamp(civil).ok();
    in_range.or_else(|| (civil.year() == 9999).then_some(Timestamp::MAX))
}

/// Writes `yyyy-MM-ddTHH:mm:ssZ`, dropping the fraction of a second; no end is written as it was read.
pub(crate) fn format_utc(time: Timestamp) -> String {
    if time == Timestamp::MAX {
        return NO_END.to_owned();
    }
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes the same with milliseconds.
pub(crate) fn format_precise(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads the form of an HTTP `Date` header, such as `Thu, 22 Feb 2018 07:46:12 GMT`.
pub(crate) fn parse_http_date(text: &str) -> Option<Timestamp> {
    let time = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
    let time = jiff::tz::Offset::UTC.to_timestamp(time).ok()?;
    // Only the very form: no other number of digits, no day of the week that it was not.
    (format_http_date(time) == text).then_some(time)
}

/// Writes the form of an HTTP `Date` header.
pub(crate) fn format_http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_form_of_a_time_is_read() {
        assert!(parse_utc("2024-02-29T23:59:59Z").is_some());
        assert_eq!(parse_utc(NO_END), Some(Timestamp::MAX));
        for wrong in [
            "",
            "2023-02-29T00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01t00:00:00Z",
            "2024-01-01T00:00:00.0Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00+00:00",
            "2024-01-01 00:00:00Z",
            "1704067200",
        ] {
            assert!(parse_utc(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_written_as_it_was_read() {
        for text in ["0001-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "9999-12-30T21:59:59Z", NO_END] {
            assert_eq!(format_utc(parse_utc(text).unwrap()), text);
        }
    }

    #[test]
    fn http_dates_are_written_in_english_and_gmt() {
        let time = parse_utc("2018-02-22T07:46:12Z").unwrap();
        assert_eq!(format_http_date(time), "Thu, 22 Feb 2018 07:46:12 GMT");
        assert_eq!(parse_http_date("Thu, 22 Feb 2018 07:46:12 GMT"), Some(time));
        for wrong in ["Wed, 22 Feb 2018 07:46:12 GMT", "Thu, 22 Feb 2018 07:46:12", "2018-02-22T07:46:12Z", ""] {
            assert_eq!(parse_http_date(wrong), None, "{wrong}");
        }
    }
}
