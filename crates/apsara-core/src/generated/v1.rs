//! The first generation of the contract between generated code and this runtime.
//!
//! It is hidden from the documentation because people do not call it, and covered by semver because generated code in their
//! crates does.

pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Value as Json;

pub use crate::call::{Call, Client, Downloads, IntoCall, Raw, Request, Streamed, Uploads};
pub use crate::config::Config;
pub use crate::endpoint::{Endpoint, EndpointRule};
pub use crate::error::{Error, ErrorCode, Violation, fits_form};
pub use crate::field;
pub use crate::operation::{Impact, Method, Operation, Product, Quota, Repeat, Security, Style};
pub use crate::pages::{Items, ItemsOf, Paged, Pages, Paging};
pub use crate::record::{
    Field, Named, Projected, Record, Recursive, Slot, UnknownValue, Value, View, debug, deserialize, deserialize_value,
    named_as_str, named_from, serialize, serialize_value,
};

pub use crate::retry::Retry;
pub use crate::streams::{Download, Event, Events};
pub use crate::transport::BoxFuture;
pub use crate::wait::{Progress, State, Wait, WaitError, Waiter};

/// Fails the build of generated code that this runtime cannot run.
///
/// # Panics
///
/// Panics, while it is compiled, when the code was generated for another generation.
pub const fn assert_fits(generation: u32) {
    assert!(
        generation == 1,
        "this code was generated for another version of apsara-core: generate it again, or use the apsara-core that fits"
    );
}

/// Makes a row of a table: the wire name, and the field that holds it. It stands inside of the type's own `impl`.
#[macro_export]
#[doc(hidden)]
macro_rules! field {
    ($name:literal, $field:ident) => {
        $crate::generated::v1::Field::new($name, |record: $crate::generated::v1::Projected<'_, Self>| match record {
            $crate::generated::v1::Projected::Ref(record) => $crate::generated::v1::Projected::Ref(&record.$field),
            $crate::generated::v1::Projected::Mut(record) => $crate::generated::v1::Projected::Mut(&mut record.$field),
        })
    };
}
