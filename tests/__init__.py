"""The tests: a package, so that its folders are never taken for the product's folders of the same name."""
