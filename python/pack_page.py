# SPDX-License-Identifier: BSD-3-Clause
"""pack_page.py PAGE OUT: the portal page as a wheel carries it, which qutibench.portal unpacks: its text without the
library, a zero byte, and the library as it is before the page's own compression; all of it compressed by xz.
"""

import base64
import gzip
import lzma
import sys
from pathlib import Path

START = b'<script type="text/plain" id="library">'

page, out = map(Path, sys.argv[1:])
text = page.read_bytes()
begin = text.index(START) + len(START)
end = text.index(b"</script>", begin)
library = gzip.decompress(base64.b64decode(text[begin:end]))
out.write_bytes(lzma.compress(text[:begin] + text[end:] + b"\0" + library, preset=9 | lzma.PRESET_EXTREME))
