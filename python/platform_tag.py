"""The tag of a wheel that has a binary: any Python 3, the platform that MAMMODEX_PLATFORM names."""

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformTag(BuildHookInterface):
    """Tags the wheel, and adds the files of the folder that MAMMODEX_BUNDLE names as `mammodex/bundle`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bundle = os.environ.get("MAMMODEX_BUNDLE")
        if bundle is None:
            return  # the package alone, which finds a binary on PATH
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['MAMMODEX_PLATFORM']}"
        build_data["force_include"][bundle] = "mammodex/bundle"
