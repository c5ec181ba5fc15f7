//! The elements of lists, and lists that stand in a wrapper.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use super::{Mode, SlotSeed};
use crate::record::value::{List, Slot, Value};

/// Decodes one element; says whether it is to be kept, since a null element is none.
pub(super) struct ElementSeed<'a> {
    pub(super) list: &'a mut dyn List,
    pub(super) mode: Mode,
}

impl<'de> DeserializeSeed<'de> for ElementSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        struct Kept<'a>(&'a mut dyn Value, Mode);

        impl<'de> Visitor<'de> for Kept<'_> {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an element")
            }

            fn visit_none<E: de::Error>(self) -> Result<bool, E> {
                match self.1 {
                    Mode::Lenient | Mode::Xml => Ok(false),
                    Mode::Strict(_) => Err(E::custom("expected an element, found null")),
                }
            }

            fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
                self.visit_none()
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
                SlotSeed::new(self.0.slot(), self.1).deserialize(deserializer)?;
                Ok(true)
            }
        }

        deserializer.deserialize_option(Kept(self.list.push(), self.mode))
    }
}

/// Decodes the list inside of a wrapper; null is an empty list.
pub(super) struct WrappedSeed<'a>(pub(super) &'a mut dyn List, pub(super) Mode);

impl<'de> DeserializeSeed<'de> for WrappedSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for WrappedSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        SlotSeed::new(Slot::List(self.0), self.1).deserialize(deserializer)
    }
}
