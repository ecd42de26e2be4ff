/** The names of headings by which links find them: those that hosts of repositories give, so that a link holds in both places. */

/** "`ATIF` and *IFSRL*" is atif-and-ifsrl. A second heading of that name gets "-1" by whoever calls. */
export function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}
