function area(width, height) {
  return width * height;
}

console.log(area(2, 3), area(2.5, 3));
