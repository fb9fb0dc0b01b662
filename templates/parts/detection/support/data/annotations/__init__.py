"""Boxes from annotation files of three formats: Pascal VOC (.xml), YOLO (.txt) and COCO (.json); read.py reads them."""
