"""Reading people's data: files, images, tables, texts, series, boxes; without TensorFlow."""
