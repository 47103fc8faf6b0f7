// SPDX-License-Identifier: Apache-2.0

// A client of vifd that shares nothing with it but the interface file: the code in package iovifd is
// made from that by varlink-go-interface-generator, the transport is the varlink library for Go.
//
//	client ADDRESS info             prints what the service says of itself
//	client ADDRESS plug FILE        plugs the document, prints what became of it
//	client ADDRESS unplug FILE
//	client ADDRESS more FILE...     plugs all of them in one call, prints the replies as they come
//
// An error of the service is printed by its type, and the exit status is 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/varlink/go/varlink"
	"iovifd"
)

func die(err error) {
	var conflict *iovifd.Conflict
	var invalid *iovifd.InvalidInput

	switch {
	case errors.As(err, &conflict):
		fmt.Printf("Conflict: %s\n", conflict.Text)
	case errors.As(err, &invalid):
		fmt.Printf("InvalidInput: %s\n", invalid.Text)
	default:
		fmt.Printf("%T: %v\n", err, err)
	}
	os.Exit(1)
}

func documents(files []string) []json.RawMessage {
	vifs := []json.RawMessage{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			die(err)
		}
		vifs = append(vifs, json.RawMessage(text))
	}
	return vifs
}

func tell(results []iovifd.Result) {
	for _, result := range results {
		fmt.Printf("%d %s %s %s\n", result.Index, result.Id, result.Name, result.State)
	}
}

func info(ctx context.Context, c *varlink.Connection) {
	var vendor, product, version, url string
	var interfaces []string

	if err := c.GetInfo(ctx, &vendor, &product, &version, &url, &interfaces); err != nil {
		die(err)
	}
	fmt.Printf("%s %s %v\n", product, version, interfaces)
	description, err := c.GetInterfaceDescription(ctx, "io.vifd")
	if err != nil {
		die(err)
	}
	fmt.Print(description)
}

func more(ctx context.Context, c *varlink.Connection, files []string) {
	receive, err := iovifd.Plug().Send(ctx, c, varlink.More, documents(files), nil, nil, nil, nil, nil)
	if err != nil {
		die(err)
	}
	for {
		results, _, progress, flags, err := receive(ctx)
		if err != nil {
			die(err)
		}
		if progress != nil {
			fmt.Printf("progress %s %d/%d\n", progress.Stage, progress.Done, progress.Total)
		}
		tell(results)
		if flags&varlink.Continues == 0 {
			break
		}
	}
	fmt.Println("done")
}

func main() {
	ctx := context.Background()
	c, err := varlink.NewConnection(ctx, os.Args[1])
	if err != nil {
		die(err)
	}
	defer c.Close()
	switch os.Args[2] {
	case "info":
		info(ctx, c)
	case "plug":
		results, _, _, err := iovifd.Plug().Call(ctx, c, documents(os.Args[3:]), nil, nil, nil, nil, nil)
		if err != nil {
			die(err)
		}
		tell(results)
	case "unplug":
		results, _, _, err := iovifd.Unplug().Call(ctx, c, documents(os.Args[3:]), nil, nil, nil, nil)
		if err != nil {
			die(err)
		}
		tell(results)
	case "more":
		more(ctx, c, os.Args[3:])
	}
}
