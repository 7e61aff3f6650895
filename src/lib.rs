//! mammodex
