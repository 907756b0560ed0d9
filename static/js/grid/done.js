/** [data-grid-done="key"]: the grid was created, so its draft is forgotten. */
for (const { dataset } of document.querySelectorAll("[data-grid-done]")) sessionStorage.removeItem(dataset.gridDone);
