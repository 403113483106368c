# SPDX-License-Identifier: BSD-3-Clause
"""The Conan recipe: headers and catalogue; options bring what each component needs.

conan create packaging/conan --build=missing
conan create packaging/conan -o "qutibench/*:system=True"     with the libraries that the system has, offline
"""

import re
from pathlib import Path
from typing import ClassVar

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout

COMPONENTS = {
    "json": ["nlohmann_json/3.11.3"],
    "onnx": ["protozero/1.7.1"],
    "calibration": ["eigen/3.4.0"],
    "explore": ["eigen/3.4.0", "taocpp-pegtl/2.8.3", "onetbb/2021.12.0"],
}


class Qutibench(ConanFile):
    name = "qutibench"
    description = "Predicts how fast a neural network runs on a device, and what limits it"
    license = "BSD-3-Clause"
    topics = ("neural-networks", "performance-model", "roofline", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True
    options: ClassVar = {"system": [True, False], **{name: [True, False] for name in COMPONENTS}}
    default_options: ClassVar = {"system": False, "json": True, "onnx": False, "calibration": False, "explore": False}

    def _root(self) -> Path:
        return Path(self.recipe_folder).parents[1]

    def set_version(self) -> None:
        text = (self._root() / "include/qutibench/version.hpp").read_text(encoding="utf-8")
        self.version = ".".join(re.findall(r"VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text)[:3])

    def export_sources(self) -> None:
        for pattern in ("include/*", "data/*", ".cmake/*", "LICENSE"):
            copy(self, pattern, src=self._root(), dst=self.export_sources_folder)

    def layout(self) -> None:
        basic_layout(self, src_folder=".")

    def requirements(self) -> None:
        if self.options.system:
            return
        self.requires("boost/1.84.0", options={"header_only": True})
        chosen = [one for name in COMPONENTS if self.options.get_safe(name) for one in COMPONENTS[name]]
        for one in dict.fromkeys(chosen):
            self.requires(one)

    def package_id(self) -> None:
        self.info.clear()

    def validate(self) -> None:
        check_min_cppstd(self, 20)

    def package(self) -> None:
        copy(self, "LICENSE", src=self.source_folder, dst=Path(self.package_folder) / "licenses")
        copy(self, "*.hpp", src=Path(self.source_folder) / "include", dst=Path(self.package_folder) / "include")
        data = Path(self.source_folder) / "data"
        for pattern in ("*.json", "*.csv"):
            copy(self, pattern, src=data, dst=Path(self.package_folder) / "share/qutibench/data")
        header = Path(self.package_folder) / "include/qutibench/io/catalogue_data.hpp"
        script = Path(self.source_folder) / ".cmake/embed_catalogue.cmake"
        self.run(f'cmake -DDATA_DIR="{data}" -DHEADER="{header}" -P "{script}"')

    def package_info(self) -> None:
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
