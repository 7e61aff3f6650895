//! Data sets in object stores and on web servers: addresses, credentials, signed requests, listings, and ranged
//! reads that are retried, and objects that are written whole. No credential reaches a message.

mod address;
mod answer;
mod aws_files;
mod azure_listing;
mod azure_signature;
mod backoff;
mod credential_chain;
mod credentials;
mod endpoint;
mod error;
mod health;
mod http;
mod listing;
mod metadata_service;
mod object;
mod percent;
mod put;
mod signature;
mod store;
mod stored_object;
mod throttle;
mod upload;
mod xml;

pub use address::{RemoteAddress, RemoteScheme};
pub use error::StoreError;
pub use listing::ListPage;
pub use object::RemoteObject;
pub use put::PutCondition;
pub use store::ObjectStore;
pub use stored_object::StoredObject;
