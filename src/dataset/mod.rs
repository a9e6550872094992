//! Room **dataset**: readers for idx and CIFAR binary files, and the embedded Fashion-MNIST subset.
