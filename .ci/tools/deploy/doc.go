// Package deploy has nothing but tests: of the files in supervisor/cluster/deploy, by the types that those who read them
// have. It is here, since these types are large, and of no use to those who use the cluster.
package deploy
