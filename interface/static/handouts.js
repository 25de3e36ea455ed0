// Saves files that the server hands out, and passes news of answers on to their buttons.
function save(file) {
  const link = document.createElement('a');
  const address = URL.createObjectURL(new Blob([file.text], { type: file.kind + ';charset=utf-8' }));
  link.href = address;
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

watch('value', () => {
  const handout = props.value;
  if (handout?.what === 'file') save(handout);
  if (handout?.what === 'news') document.dispatchEvent(new CustomEvent('footnote:news', { detail: handout }));
});
