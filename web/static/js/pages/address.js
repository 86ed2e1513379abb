// A page that answered a form takes the address of what it shows: loading it again does not send the form twice.
const address = document.querySelector("[data-address]")?.getAttribute("data-address");

if (address && location.pathname !== address) history.replaceState(null, "", address);
