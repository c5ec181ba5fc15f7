//! The codes that the documents list for an operation.

use crate::operation::Operation;

/// A generated enum of the error codes that the documents give for one operation.
pub trait ErrorCode: Copy + 'static {
    /// The operation that documents them.
    const OPERATION: &'static Operation;
    /// Every code as the wire spells it, but for those in [`ErrorCode::FORMS`].
    const CODES: &'static [(&'static str, Self)];
    /// The codes of which the documents give a form alone, such as `Invalid%s.Malformed`, where the cloud fills something in for `%s`.
    /// The first that fits is taken.
    const FORMS: &'static [(&'static str, Self)] = &[];
}

/// Finds what an operation documents of a code.
pub(super) fn find<C: ErrorCode>(code: &str) -> Option<C> {
    let exact = C::CODES.iter().find(|(text, _)| *text == code);
    exact.or_else(|| C::FORMS.iter().find(|(form, _)| fits_form(form, code))).map(|(_, code)| *code)
}

/// Returns whether a code has a form, in which each `%s` stands for one character or more that the cloud fills in.
#[must_use]
pub fn fits_form(form: &str, code: &str) -> bool {
    let Some((head, mut rest)) = form.split_once("%s") else { return form == code };
    let Some(mut left) = code.strip_prefix(head) else { return false };
    loop {
        let Some(first) = left.chars().next() else { return false };
        let behind = &left[first.len_utf8()..];
        let Some((part, others)) = rest.split_once("%s") else { return behind.ends_with(rest) };
        let Some(at) = behind.find(part) else { return false };
        (left, rest) = (&behind[at + part.len()..], others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Product;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Code {
        InvalidId,
        InvalidSMalformed,
        InvalidS,
    }

    impl ErrorCode for Code {
        const OPERATION: &'static Operation = &Operation::of(&Product::of("Test", "2026-01-01"));
        const CODES: &'static [(&'static str, Self)] = &[("Invalid.Id", Self::InvalidId)];
        const FORMS: &'static [(&'static str, Self)] =
            &[("Invalid%s.Malformed", Self::InvalidSMalformed), ("Invalid%s", Self::InvalidS)];
    }

    #[test]
    fn a_code_that_stands_there_as_it_is_is_no_form() {
        for (code, expected) in [
            ("Invalid.Id", Some(Code::InvalidId)),
            ("InvalidFoo.Malformed", Some(Code::InvalidSMalformed)),
            ("Invalid%s.Malformed", Some(Code::InvalidSMalformed)),
            ("InvalidFoo", Some(Code::InvalidS)),
            ("Missing", None),
        ] {
            assert_eq!(find::<Code>(code), expected, "{code}");
        }
    }

    #[test]
    fn a_code_fits_the_form_that_it_was_filled_into() {
        for (form, code, expected) in [
            ("Invalid%s.Malformed", "InvalidFoo.Malformed", true),
            ("Invalid%s.Malformed", "InvalidFoo.Bar.Malformed", true),
            ("Invalid%s.Malformed", "Invalid.Malformed", false),
            ("Invalid%s.Malformed", "InvalidFoo.Malformed.Again", false),
            ("Invalid%s.Malformed", "AnInvalidFoo.Malformed", false),
            ("MissingParameter%s", "MissingParameterFoo", true),
            ("MissingParameter%s", "MissingParameter", false),
            ("ExclusiveParam.%sAnd%s", "ExclusiveParam.AAndB", true),
            ("ExclusiveParam.%sAnd%s", "ExclusiveParam.AndAndAnd", true),
            ("ExclusiveParam.%sAnd%s", "ExclusiveParam.AAnd", false),
            ("ExclusiveParam.%sAnd%s", "ExclusiveParam.A", false),
            ("A.%s", "A.中", true),
            ("A.B", "A.B", true),
            ("A.B", "A.C", false),
        ] {
            assert_eq!(fits_form(form, code), expected, "{form} {code}");
        }
    }
}
