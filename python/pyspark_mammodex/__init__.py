"""PySpark finds the format `mammodex` by this package: it looks for `DefaultSource` in packages named `pyspark_…`."""

from mammodex.spark import MammodexDataSource as DefaultSource

__all__ = ["DefaultSource"]
