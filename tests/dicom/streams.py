"""Compressed pictures that pydicom cannot write, and JPEG lossless written here.

The streams were written once with imagecodecs 2026.3.6 from ``PICTURE``: ``jpegls_encode(raw)``,
``jpegls_encode(raw, level=2)``, ``jpeg2k_encode(raw, level=0, reversible=True, codecformat="j2k")``,
``jpeg2k_encode(raw, level=60, reversible=False, codecformat="j2k")`` and ``htj2k_encode(raw)``.
"""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

_y, _x = np.mgrid[:16, :16]
PICTURE: NDArray[np.uint16] = ((_x * 37 + _y * 91) % 700 + 100).astype(np.uint16)

STREAMS: dict[str, bytes] = {}
"""By the last number of the transfer syntax 1.2.840.10008.1.2.4.*"""
STREAMS["80"] = base64.b85decode(
    "|JeWN03cIPNk&Eh0ssI30000G0000G3J?YX0003j0003j|L6b+00001|JeWc01FTR5C9MX0TBTI_y7$7|Nj6I07C&306_oR0"
    "0;pA00000On8$K<XH}b5@I}yA<$>@+1%!DEuvINk)%o$0)0H4PA#o0tRhsjuB@u4rlg{vo}QewXaE2g;00whH8n9YEiEl6DN"
    "q0a7~ll9i4}yjw6wIOq@<*v0m}eONl8f>u9TFNl#-GFIbZ|<SxQPuN=TZ?Nl7Un1C{|;N=iyfNl8giwNgL_ECB$kr6naLB_y"
    "Pzq^JSUfNLbAq$DIHBqS(KojQH0ojPR6lO{}+DpaXbr<$o!rAUz?M2Qk4NRR*k4e$n{RH;&>N|h=^fB*n*fFK%))|ynQQl(0"
    "jC;$K(U^LSvOq^*ZOqnuZ001?>AT*PwPMtd2MLKlA003)%(MLx|M^2qGWu|}t02<&B8VKm<=;-L^>60c|0RPz"
)
STREAMS["81"] = base64.b85decode(
    "|JeWN03cIPNk&Eh0ssI30000G0000G3J?YX0003j0003j|L6b+00001|JeWc01FTR5C9MX0TBTI_y7$7|Nj6O08IfR06_oR0"
    "0;pA00IC2N#U{avgXT&#>UN;HeGeeA`#KkrcRk<m049)L#ZmFiYUdcYg*I*07d~xH7!e0l%*&D0GtL%9Z5=3mZd2`00m$vDM"
    ";*8r721P04o51q@^iI*r`fT00B5ul1U{gNlwK;00iJ6Vv<QIN>WsuI>5zBN|L1|Nm5fWN|KbRDN0h5rDiEgQj}FyMNj|$00F"
    "QVr722Ms;B?}001@u3{_y1r722M0034TQk1O4DN2$609FJTrAbPaV3i~Q0IWDEDN<CFs=xpMtOzhtQlzOVN|gZr*#"
)
STREAMS["90"] = base64.b85decode(
    "|4;u>04V?f0000G0000G00000000000000G0000G0000000000009pH0sm3}3;+NC0RRC61ONg5TmT0^fQX2Y|6~9q00BdCW"
    "npw>WFTUBAWv{*Zc0!^M<8}(a&u{KZXhx)H7+#&kN^q*00000{Qv>~lh6DybP-TguZAlE8#+p6x)YpHPJ^eyJJavtpC#j8e}"
    "BOKhvWiXchJ;Kw;mrPKxd%TWseUWKIlMF=c(Rht9a;rzYu+%E_J>)HS|-Hf?8upCQhe^I)yzsObeuA)sMg*nWO{uF@PVK@E@"
    "QymF32gk_aAO`-x3gI>spub+Z5z_TtMQ{%NkI3r}z((!Ej;KqVsIe#~g&RJ&Jae*^ntmt*s)bs~ye9UjPY+X+2M!}c~>i%hY"
    "LIQOR*b2j-eM)(U_nH>Cni!6PaxZeY(sI5a6XPr_b;&oYcpSaqLjE{uo3z~L+`@91K|Je"
)
STREAMS["91"] = base64.b85decode(
    "|4;u>04V?f0000G0000G00000000000000G0000G0000000000009pH0sm3}4gmrH0RRC61ONbti2qyw3qpt_m(!Qimty~90"
    "3`qcLvm$dbY)~9VtF7>aAj^vP(?=|c4cyNX>V>IGA=bPH2;tQ3IG5A003D40soWFyr>aSRIh~^0vk2(mxz4wF(7IGW83$yWA"
    "IBQKof`LcH}JsM08SHkf3cSpbvov0H{NpaT4C2unIcYR~((>vF8J)3wgq6XSV;@"
)
STREAMS["201"] = base64.b85decode(
    "|4;u>04YEK0000G0000G00000000000000G0000G0000000000009pH0sl|{2mk^A000XAQUDA90ssL31q1{@0smY86Cj9?k"
    "dTm&kdTm&kdTmwh=~7W02crOPjF>!N>E53R%LP^FfKASE;BCwkN^q*00001Qvd<~lfVEbnfwI@bN~Rr0206e62JfwfY<>CbO"
    "7`K2Xp|v0f%$|zyK4#02MF*1xR*PfdD|X0Bo}XrRV^GlmI+2cGn^SLbL$D02ZVG0d2ql7SLcN3JX_~70Rm)8VWcCBS->jmjD"
    "9j+`!Yxbq{1}NKkN5;W-Y}{s3^t5P;d300a_5$zc;SH)Vp!bA?8VF&IlW0_KJwBbNZc050+X0e5f!3#nJGRt%6Jaamc=N-GS"
    "ixT=B#iOaHTy}|$ql2%u=U0n-WX{8DhB)|(591ZtBX9$4ryA6r~Ylr|7RRLE>yfQ}26&NgNWsDdrf?r{Um{$ZZ=898X@nMMu"
    "7SI|)%L*-8wEn=#DPSk*B6H3Z_E-hK5P(}#0bS|p>e9s(SG#s`wX18_u3dN4#r42p*$4oBjDSBZ3=<?Pt`Px$R003l"
)


def jpeg_lossless(raw: NDArray[np.uint16], predictor: int) -> bytes:
    """Write JPEG lossless, Huffman, process 14 (ITU-T T.81 annex H): 17 categories, each with a code of 5 bits."""
    rows, columns = raw.shape
    head = b"\xff\xd8\xff\xc3\x00\x0b\x10" + rows.to_bytes(2, "big") + columns.to_bytes(2, "big")
    head += b"\x01\x01\x11\x00\xff\xc4\x00\x24\x00" + bytes([0, 0, 0, 0, 17] + [0] * 11) + bytes(range(17))
    head += b"\xff\xda\x00\x08\x01\x01\x00" + bytes([predictor, 0, 0])
    bits = []
    values = raw.astype(int)
    for y in range(rows):
        for x in range(columns):
            step = (int(values[y, x]) - _predicted(values, y, x, predictor) + 32768) % 65536 - 32768
            size = abs(step).bit_length()
            bits.append(f"{size:05b}")
            if 0 < size < 16:
                bits.append(f"{step if step > 0 else step + (1 << size) - 1:0{size}b}")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    body = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    return head + body + b"\xff\xd9"


def _predicted(values: NDArray[np.int_], y: int, x: int, predictor: int) -> int:
    if y == 0:
        return int(values[0, x - 1]) if x else 32768
    if x == 0:
        return int(values[y - 1, 0])
    left, above, corner = int(values[y, x - 1]), int(values[y - 1, x]), int(values[y - 1, x - 1])
    return (
        left,
        above,
        corner,
        left + above - corner,
        left + ((above - corner) >> 1),
        above + ((left - corner) >> 1),
        (left + above) >> 1,
    )[predictor - 1]
