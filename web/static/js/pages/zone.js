// The time zone of this browser is the likely one, until somebody has chosen another.
const zone = document.getElementById("zone");

if (zone instanceof HTMLSelectElement && zone.hasAttribute("data-guess")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}
